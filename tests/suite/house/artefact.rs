//! What is built from the sources.

use super::{files, name, read, root};
use crate::runner::binary::program;
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What to do where something is missing or old.
const REMEDY: &str = "run make build";

fn built(file: &str) -> PathBuf {
    let path = root().join("target/mana").join(file);
    assert!(path.exists(), "{} is missing: {REMEDY}", name(&path));
    path
}

/// The interface of an artefact, as `xtask` printed it, is the one that was checked in.
#[track_caller]
fn is_golden(world: &str) {
    let found = read(&built(world));
    let golden = root().join("tests/golden").join(world);
    assert_eq!(
        found,
        read(&golden),
        "{} differs: look at the difference, then check in the new one",
        name(&golden)
    );
}

pub fn component() {
    is_golden("auth.wit");
    let world = read(&built("auth.wit"));
    let imports: Vec<&str> =
        world.lines().map(str::trim).filter(|line| line.starts_with("import ")).collect();
    assert!(!imports.is_empty());
    for import in imports {
        assert!(import.starts_with("import mana:auth/"), "{import}");
    }
}

pub fn verifier() {
    is_golden("verifier.wit");
    let world = read(&built("verifier.wit"));
    assert!(world.lines().any(|line| line.trim().starts_with("export mana:auth/tokens")), "{world}");
    assert!(!world.lines().any(|line| line.trim().starts_with("import ")), "{world}");
}

pub fn artefact_is_fresh() {
    let sources = ["component", "crates", "wit"].map(|folder| files(folder, ""));
    is_newer(&built("auth.built"), &sources.concat());
}

pub fn program_is_fresh() {
    let program = program();
    assert!(program.exists(), "{} is missing: {REMEDY}", program.display());
    let sources = [files("host/src", ""), files("crates", ".rs"), vec![built("auth.cwasm")]];
    is_newer(&program, &sources.concat());
}

#[track_caller]
fn is_newer(target: &Path, sources: &[PathBuf]) {
    assert!(!sources.is_empty());
    for source in sources {
        assert!(
            changed(target) >= changed(source),
            "{} is older than {}: {REMEDY}",
            name(target),
            name(source)
        );
    }
}

fn changed(path: &Path) -> SystemTime {
    fs::metadata(path)
        .and_then(|file| file.modified())
        .unwrap_or_else(|error| panic!("{}: {error}", name(path)))
}

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

/// What a host of each composition must provide.
pub fn compositions() {
    for world in ["auth-http.wit", "spin.wit"] {
        is_golden(world);
    }
}

pub fn artefact_is_fresh() {
    let built = built("auth.built");
    let folders = ["component/src", "component/migrations", "wit", "crates/hygiene/src", "crates/tokens/src"];
    for source in folders.iter().flat_map(|folder| files(folder, "")) {
        assert!(
            changed(&built) >= changed(&source),
            "{} is newer than the artefact: {REMEDY}",
            name(&source)
        );
    }
}

/// Nothing else builds the program for these tests, so it may be of yesterday.
pub fn program_is_fresh() {
    let program = program();
    assert!(program.exists(), "{} is missing: run cargo build -p mana-auth", program.display());
    let is_code = |path: &PathBuf| !name(path).contains("test");
    let sources: Vec<PathBuf> = files("host/src", ".rs").into_iter().filter(is_code).collect();
    for source in sources.iter().chain([&built("auth.cwasm")]) {
        let newer = changed(&program) >= changed(source);
        assert!(newer, "{} is newer than the program: run cargo build -p mana-auth", name(source));
    }
}

fn changed(path: &Path) -> SystemTime {
    fs::metadata(path)
        .and_then(|file| file.modified())
        .unwrap_or_else(|error| panic!("{}: {error}", name(path)))
}

//! What is built from the sources.

use super::packages::built_of;
use crate::{
    repository::{files, name, read, root},
    runner::binary::program,
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What to do where something is missing or old.
const REMEDY: &str = "run make guests";

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
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&golden, &found).expect("it can be written");
    }
    assert_eq!(
        found,
        read(&golden),
        "{} differs: make golden, look at the difference, and check it in",
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

/// The artefacts that tests look at or run, and the packages that each is made of.
const ARTEFACTS: &[(&str, &[&str])] = &[
    ("auth", &["mana-auth-component"]),
    ("verifier", &["mana-auth-tokens"]),
    ("passwords", &["mana-auth-passwords"]),
    ("spin", &["mana-auth-component", "mana-auth-front", "mana-auth-passwords", "mana-auth-spin-adapter"]),
    ("misbehaving", &["mana-auth-misbehaving-guest"]),
    ("embedded", &["mana-auth-embedded-guest"]),
    ("example-http", &["mana-auth-example-http"]),
    ("typed-with-client", &["mana-auth-example-typed", "mana-auth-spin-client"]),
    ("guarded-by-guard", &["mana-auth-example-guarded", "mana-auth-spin-guard"]),
];

pub fn artefacts_are_fresh() {
    for (artefact, packages) in ARTEFACTS {
        let built = built(&format!("{artefact}.built"));
        let ours = packages.iter().flat_map(|package| built_of(package));
        for source in ours.chain(files("wit", ".wit")) {
            let newer = changed(&built) >= changed(&source);
            assert!(newer, "{} is newer than {artefact}: {REMEDY}", name(&source));
        }
    }
}

/// Nothing else builds the program for these tests, so it may be of yesterday.
pub fn program_is_fresh() {
    let program = program();
    assert!(program.exists(), "{} is missing: run cargo build -p mana-auth", program.display());
    let is_code = |path: &PathBuf| name(path).ends_with(".rs") && !name(path).contains("test");
    let sources: Vec<PathBuf> = built_of("mana-auth").into_iter().filter(is_code).collect();
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

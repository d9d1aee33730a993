//! What holds for the sources as a whole.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The only files with `unsafe`: bindings of a guest, whose ABI is made of pointers; the file that loads machine
/// code; the one that compiles it; and the test that looks for them.
const UNSAFE: &[&str] = &[
    "component/src/bindings.rs",
    "crates/passwords/src/bindings.rs",
    "crates/tokens/src/bindings.rs",
    "host/src/artefact.rs",
    "tests/misbehaving-guest/src/bindings.rs",
    "xtask/src/main.rs",
];

/// What `target/mana/auth.cwasm` is made from.
const OF_THE_COMPONENT: &[&str] =
    &["component", "wit", "crates/hygiene/src", "crates/tokens/src", "xtask/src"];

#[test]
fn unsafe_stands_only_where_it_must() {
    let words =
        ["unsafe {", "unsafe(", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern", "unsafe_code,"];
    let is_unsafe = |path: &Path| {
        let text = fs::read_to_string(path).expect("text");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.into_iter().any(|line| words.iter().any(|word| line.contains(word)))
    };
    for file in files(&["component", "crates", "host", "tests", "xtask/src"]) {
        let name = file.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
        if file.extension().is_some_and(|extension| extension == "rs") && name != "host/tests/repository.rs" {
            assert!(!is_unsafe(&file) || UNSAFE.contains(&name.as_str()), "{name} is unsafe");
        }
    }
}

#[test]
fn the_component_is_built_from_these_sources() {
    let built = root().join("target/mana/auth.built");
    let Some(built) = modified(&built) else { panic!("the component is not built: run `make build`") };
    for file in files(OF_THE_COMPONENT) {
        assert!(
            modified(&file) <= Some(built),
            "{} is newer than the component: run `make build`",
            file.display()
        );
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Every file below these folders.
fn files(folders: &[&str]) -> Vec<PathBuf> {
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut files = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting
                .extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else {
            files.push(path);
        }
    }
    assert!(files.len() > folders.len(), "there are sources");
    files
}

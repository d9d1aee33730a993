//! What the sources look like.

use super::{files, name, read};
use std::collections::BTreeSet;

/// Where our own code is.
const OURS: &[&str] = &["component", "crates", "host", "tests", "xtask"];

/// Where unsafe code is allowed: what binds a guest to its host, and the one file that loads compiled code.
const UNSAFE: &[&str] = &[
    "component/src/bindings.rs",
    "crates/passwords/src/bindings.rs",
    "crates/tokens/src/bindings.rs",
    "host/src/artefact.rs",
    "tests/misbehaving-guest/src/bindings.rs",
    "tests/recording-guest/src/bindings.rs",
    "xtask/",
];

pub fn unsafe_code() {
    const WORDS: &[&str] = &[
        "unsafe {",
        "unsafe(",
        "unsafe fn",
        "unsafe impl",
        "unsafe trait",
        "unsafe extern",
        "allow(unsafe_code",
    ];
    let mut found = BTreeSet::new();
    for path in rust(OURS) {
        // This file names what it looks for.
        if name(&path) == "tests/suite/house/sources.rs" {
            continue;
        }
        let text = read(&path);
        if code(&text).any(|line| WORDS.iter().any(|word| line.contains(word))) {
            found.insert(name(&path));
        }
    }
    let foreign: Vec<&String> =
        found.iter().filter(|file| !UNSAFE.iter().any(|ours| file.starts_with(ours))).collect();
    assert!(foreign.is_empty(), "unsafe code in {foreign:?}");
    assert!(found.contains("host/src/artefact.rs"), "the search finds nothing at all");
}

pub fn lengths() {
    const MOST: usize = 400;
    let long =
        rust(OURS).map(|path| (name(&path), read(&path).lines().count())).filter(|(_, lines)| *lines > MOST);
    let long: Vec<_> = long.collect();
    assert!(long.is_empty(), "more than {MOST} lines: {long:?}");
}

/// The component's only clock and chance are its imports, and it has no other world to reach for.
pub fn ambient() {
    const FORBIDDEN: &[&str] = &[
        "std::time",
        "SystemTime",
        "Instant::now",
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "ToSocketAddrs",
        "std::env",
        "std::process",
        "std::thread",
        "thread_rng",
        "OsRng",
        "Timestamp::now",
        "Zoned::now",
        "Uuid::now_v7",
        "Uuid::new_v4",
        "wasi:",
        "println!",
    ];
    let sources: Vec<_> = rust(&["component/src"]).collect();
    assert!(sources.len() > 20);
    for path in sources {
        let text = read(&path);
        for word in FORBIDDEN {
            assert!(!code(&text).any(|line| line.contains(word)), "{word} in {}", name(&path));
        }
    }
}

pub fn scenario_files() {
    let registered: BTreeSet<String> =
        crate::scenarios::ALL.iter().map(|(file, _)| format!("{file}.rs")).collect();
    let there = files("tests/suite/scenarios", ".rs");
    let there = there.iter().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let there: BTreeSet<String> = there.filter(|file| file != "mod.rs").collect();
    assert_eq!(there, registered);
}

pub fn sleepers() {
    let known = [
        "tests/suite/runner/binary.rs",
        "tests/suite/runner/spin/instance.rs",
        "tests/suite/runner/spin_up.rs",
        "tests/suite/house/sources.rs",
    ];
    for path in rust(&["tests/suite"]).filter(|path| !known.contains(&name(path).as_str())) {
        assert!(!read(&path).contains("sleep("), "{} sleeps", name(&path));
    }
}

fn rust(folders: &'static [&'static str]) -> impl Iterator<Item = std::path::PathBuf> {
    let all = folders.iter().flat_map(|folder| files(folder, ".rs"));
    all.filter(|path| !name(path).contains("/target/"))
}

/// The lines that are no comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

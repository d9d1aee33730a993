//! What the sources look like.

use super::packages::{built_of, rust};
use crate::repository::{files, name, read};
use std::{collections::BTreeSet, path::PathBuf};

/// Where unsafe code is allowed: what binds a guest to its host, the file that loads compiled code, and the one that reads
/// the memory that SQLite shares.
const UNSAFE: &[&str] = &[
    "component/src/bindings.rs",
    "component/src/guest.rs",
    "crates/passwords/src/bindings.rs",
    "crates/tokens/src/bindings.rs",
    "examples/spin-app/typed/src/bindings.rs",
    "host/src/artefact.rs",
    "host/src/storage/sqlite/wal_index.rs",
    "spin/adapter/src/bindings.rs",
    "spin/client/src/bindings.rs",
    "spin/guard/src/guest.rs",
    "tests/misbehaving-guest/src/bindings.rs",
    "tests/embedded-guest/src/bindings.rs",
    "tests/embedded-guest/src/guest.rs",
    "wasi-http/src/bindings.rs",
    "wasi-http/src/guest.rs",
    "xtask/src/publish.rs",
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
    for path in rust() {
        // This file names what it looks for.
        if name(&path) == "tests/suite/house/sources.rs" {
            continue;
        }
        let text = read(&path);
        if code(&text).any(|line| WORDS.iter().any(|word| line.contains(word))) {
            found.insert(name(&path));
        }
    }
    let expected: BTreeSet<String> = UNSAFE.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "where unsafe code is, and where it may be");
}

pub fn lengths() {
    const MOST: usize = 400;
    let lengths = rust().into_iter().map(|path| (name(&path), read(&path).lines().count()));
    let long: Vec<_> = lengths.filter(|(_, lines)| *lines > MOST).collect();
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
    let sources = built_of("mana-auth-component");
    assert!(sources.iter().any(|path| name(path).starts_with("crates/audit/src")), "{sources:?}");
    // What builds the component is no part of it.
    let is_part = |path: &PathBuf| name(path).ends_with(".rs") && !name(path).ends_with("/build.rs");
    for path in sources.into_iter().filter(is_part) {
        let text = read(&path);
        for word in FORBIDDEN {
            assert!(!code(&text).any(|line| line.contains(word)), "{word} in {}", name(&path));
        }
    }
}

pub fn sleepers() {
    let known = [
        "tests/suite/eventually.rs",
        "tests/suite/runner/binary.rs",
        "tests/suite/runner/spin/instance.rs",
        "tests/suite/runner/spin_up.rs",
        "tests/suite/house/sources.rs",
    ];
    for path in files("tests/suite", ".rs").into_iter().filter(|path| !known.contains(&name(path).as_str())) {
        assert!(!read(&path).contains("sleep("), "{} sleeps", name(&path));
    }
}

/// The lines that are no comments.
pub fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

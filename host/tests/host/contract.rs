//! What this program is made of.

use std::{fs, path::Path, process::Command};

#[test]
fn the_server_contains_no_compiler() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = Command::new(cargo)
        .args(["tree", "--offline", "--locked", "-e", "normal", "-p", "mana-auth", "--prefix", "none"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).expect("text");
    assert!(tree.lines().any(|line| line.starts_with("wasmtime v")), "this is not the tree:\n{tree}");
    for compiler in ["cranelift-codegen ", "wasmtime-internal-cranelift ", "winch-codegen ", "regalloc2 "] {
        assert!(!tree.lines().any(|line| line.starts_with(compiler)), "{compiler}");
    }
}

#[test]
fn one_file_may_load_machine_code_and_no_other_is_unsafe() {
    let mut found = Vec::new();
    unsafe_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert_eq!(found, ["artefact.rs"]);
}

fn unsafe_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            unsafe_files(&path, found);
        } else if fs::read_to_string(&path).expect("text").contains("allow(unsafe_code") {
            found.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
}

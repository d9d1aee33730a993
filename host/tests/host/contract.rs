//! What this program is made of.

use std::process::Command;

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

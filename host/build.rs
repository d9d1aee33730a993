//! Embeds the precompiled component, or an empty file where it has not been built yet, so that check, clippy
//! and editors work without it. Building it here would deadlock on cargo's lock: `make build` does it.

use std::{env, fs, path::Path};

fn main() -> std::io::Result<()> {
    // Where it runs, not where it was compiled: worktrees that share a target folder share this program.
    let package = env::var_os("CARGO_MANIFEST_DIR").ok_or(std::io::ErrorKind::NotFound)?;
    let built = Path::new(&package).join("../target/mana/auth.cwasm");
    println!("cargo::rerun-if-changed={}", built.display());
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var_os("OUT_DIR").ok_or(std::io::ErrorKind::NotFound)?;
    let embedded = Path::new(&out).join("auth.cwasm");
    if built.exists() { fs::copy(built, embedded).map(|_| ()) } else { fs::write(embedded, "") }
}

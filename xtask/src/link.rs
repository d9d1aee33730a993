//! The program in `link/`, which is built when something needs it.

use anyhow::{Context as _, Result, bail};
use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

/// The module without the glue for browsers that a dependency brought along.
pub fn remove_glue(module: &Path) -> Result<Vec<u8>> {
    run("remove-glue", &[module])
}

/// The socket, with the imports that the plug exports satisfied by it.
pub fn compose(socket: &Path, plug: &Path) -> Result<Vec<u8>> {
    run("compose", &[socket, plug])
}

fn run(what: &str, files: &[&Path]) -> Result<Vec<u8>> {
    let package = env::var_os("CARGO_MANIFEST_DIR").context("xtask is run by cargo")?;
    let this = env::current_exe()?;
    let target_dir = this.ancestors().nth(2).context("xtask lies in no target folder")?;
    let ended = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--release", "--locked", "--package", "xtask-link", "--manifest-path"])
        .arg(Path::new(&package).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target_dir)
        .args(["--", what])
        .args(files)
        .stderr(Stdio::inherit())
        .output()?;
    if !ended.status.success() {
        bail!("xtask-link {what} failed");
    }
    Ok(ended.stdout)
}

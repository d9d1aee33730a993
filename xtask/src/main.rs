//! `cargo run --release --manifest-path xtask/Cargo.toml [-- [--quick] NAME…]`: builds the guests into `target/mana/`.
//!
//! Without names it builds every artefact, with names those and what they are composed of. `--quick` compiles
//! without link-time optimisation, for whoever changes the component and runs its scenarios again and again; what is
//! released is never built so.
//!
//! For each guest: the core module (cargo, with flags and a profile of its own), the component (`.wasm`), and
//! for those that our host or its tests run the precompiled component (`.cwasm`). Then what is composed of them.

mod artefacts;
mod link;
mod publish;
mod strip;

use anyhow::{Context as _, Result, bail};
use artefacts::{COMPOSITIONS, Composition, GUESTS, Guest, GuestKind, Wanted};
use publish::{Out, Profile};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use wit_component::ComponentEncoder;

fn main() -> Result<()> {
    let (flags, names): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|word| word.starts_with("--"));
    let profile = match flags.as_slice() {
        [] => Profile::Optimized,
        [quick] if quick == "--quick" => Profile::Quick,
        other => bail!("unknown: {other:?}"),
    };
    let wanted = Wanted::new(names)?;
    // Where it runs, not where it was compiled: a copy of the sources is built by the same program.
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").context("xtask is run by cargo")?);
    let root = package.parent().context("xtask has no parent folder")?;
    let out = Out::open(root, profile)?;
    for guest in GUESTS.iter().filter(|guest| wanted.contains(guest.artefact)) {
        let component =
            component(root, guest, profile).with_context(|| format!("building {}", guest.artefact))?;
        out.publish(guest.artefact, &component, guest.precompile)?;
    }
    let compositions = COMPOSITIONS.iter().filter(|made| wanted.contains(made.artefact));
    for Composition { socket, plug, artefact, precompile } in compositions {
        let composed = link::compose(&out.component(socket), &out.component(plug))
            .with_context(|| format!("composing {artefact}"))?;
        out.publish(artefact, &composed, *precompile)?;
    }
    if wanted.is_everything() { out.complete() } else { Ok(()) }
}

fn component(root: &Path, guest: &Guest, profile: Profile) -> Result<Vec<u8>> {
    let compiled = compile(root, guest, profile)?;
    let module = if guest.browser_glue { link::remove_glue(&compiled)? } else { fs::read(compiled)? };
    match guest.kind {
        GuestKind::Pure => {
            strip::names(&ComponentEncoder::default().module(&module)?.validate(true).encode()?)
        }
        // The linker of this target makes the component itself.
        GuestKind::Wasi => Ok(module),
    }
}

/// Compiles the crate and tells where the result is.
fn compile(root: &Path, guest: &Guest, profile: Profile) -> Result<PathBuf> {
    let (target, flags) = match guest.kind {
        // The platform's random source stands in for the one that the target lacks (see component/src/bindings.rs).
        GuestKind::Pure => ("wasm32-unknown-unknown", "--cfg\u{1f}getrandom_backend=\"custom\""),
        GuestKind::Wasi => ("wasm32-wasip2", ""),
    };
    // Cargo calls a library of a wasm target the same whatever its features: in one folder, the crate with a feature
    // would push out the crate without, and all that depends on it would be compiled again every time.
    let folder = if guest.features.is_empty() { "target/guests" } else { "target/guests-with-features" };
    let target_dir = root.join(folder);
    let flags =
        if guest.vectors { format!("{flags}\u{1f}-Ctarget-feature=+simd128") } else { flags.to_owned() };
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root)
        .args(["build", "--locked", "--profile", profile.name(), "--target", target, "-p", guest.package])
        .args(["--features", &guest.features.join(",")])
        .arg("--target-dir")
        .arg(&target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .env_remove("RUSTFLAGS")
        .status()?;
    if !status.success() {
        bail!("cargo build -p {} failed", guest.package);
    }
    let file = guest.package.replace('-', "_") + ".wasm";
    Ok(target_dir.join(target).join(profile.name()).join(file))
}

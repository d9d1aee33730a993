//! `cargo run --release --manifest-path xtask/Cargo.toml`: builds the guests into `target/mana/`.
//!
//! For each guest: the core module (cargo, with flags and a profile of its own), the component (`.wasm`), and
//! for those that our host or its tests run the precompiled component (`.cwasm`).

mod glue;

use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use wit_component::{ComponentEncoder, DecodedWasm, WitPrinter};

/// A guest crate and what becomes of it.
struct Guest {
    package: &'static str,
    features: &'static [&'static str],
    /// The name of the artefact in `target/mana/`.
    artefact: &'static str,
    precompile: bool,
}

const GUESTS: &[Guest] = &[
    Guest { package: "mana-auth-component", features: &[], artefact: "auth", precompile: true },
    Guest { package: "mana-auth-tokens", features: &["component"], artefact: "verifier", precompile: false },
    Guest {
        package: "mana-auth-passwords",
        features: &["component"],
        artefact: "passwords",
        precompile: true,
    },
    Guest {
        package: "mana-auth-misbehaving-guest",
        features: &[],
        artefact: "misbehaving",
        precompile: true,
    },
];

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
    let out = root.join("target/mana");
    fs::create_dir_all(&out)?;
    for guest in GUESTS {
        build(root, &out, guest).with_context(|| format!("building {}", guest.artefact))?;
    }
    Ok(())
}

fn build(root: &Path, out: &Path, guest: &Guest) -> Result<()> {
    let module = glue::remove(&fs::read(core_module(root, guest)?)?)?;
    let component = ComponentEncoder::default().module(&module)?.validate(true).encode()?;
    write_if_changed(&out.join(guest.artefact).with_extension("wit"), world(&component)?.as_bytes())?;
    let changed = write_if_changed(&out.join(guest.artefact).with_extension("wasm"), &component)?;
    let compiled = out.join(guest.artefact).with_extension("cwasm");
    if guest.precompile && (changed || !compiled.exists() || older_than_this_program(&compiled)?) {
        fs::write(&compiled, engine()?.precompile_component(&component).map_err(anyhow::Error::from)?)?;
    }
    fs::write(out.join(guest.artefact).with_extension("built"), "")?;
    println!("{:<12} {:>6} KiB", guest.artefact, component.len() / 1024);
    Ok(())
}

/// Compiles the crate to a core module and tells where it is.
fn core_module(root: &Path, guest: &Guest) -> Result<PathBuf> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let target_dir = root.join("target/guests");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root)
        .args(["build", "--locked", "--quiet", "--profile", "guest", "--target", TARGET, "-p", guest.package])
        .args(["--features", &guest.features.join(",")])
        .arg("--target-dir")
        .arg(&target_dir)
        // The platform's random source stands in for the one that the target lacks (see component/src/bindings.rs).
        .env("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}getrandom_backend=\"custom\"")
        .env_remove("RUSTFLAGS")
        .status()?;
    if !status.success() {
        bail!("cargo build -p {} failed", guest.package);
    }
    let file = guest.package.replace('-', "_") + ".wasm";
    Ok(target_dir.join(TARGET).join("guest").join(file))
}

/// The component's imports and exports, as WIT.
fn world(component: &[u8]) -> Result<String> {
    let decoded = wit_component::decode(component)?;
    let mut printer = WitPrinter::default();
    let DecodedWasm::Component(resolve, world) = &decoded else { bail!("not a component") };
    printer.print(resolve, resolve.worlds[*world].package.context("a world without a package")?, &[])?;
    Ok(printer.output.to_string())
}

fn engine() -> Result<wasmtime::Engine> {
    let mut config = mana_auth_engine::config();
    config.target(mana_auth_engine::TARGET).map_err(anyhow::Error::from)?;
    for feature in mana_auth_engine::FEATURES {
        // SAFETY: these name processor features, which wasmtime checks again when it loads the artefact.
        unsafe {
            config.cranelift_flag_enable(feature);
        }
    }
    wasmtime::Engine::new(&config).map_err(anyhow::Error::from)
}

/// Leaves an unchanged file alone, so that what depends on it is not built again.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<bool> {
    let same = fs::read(path).is_ok_and(|old| old == content);
    if !same {
        fs::write(path, content)?;
    }
    Ok(!same)
}

fn older_than_this_program(path: &Path) -> Result<bool> {
    Ok(path.metadata()?.modified()? < std::env::current_exe()?.metadata()?.modified()?)
}

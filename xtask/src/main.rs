//! `cargo run --release --manifest-path xtask/Cargo.toml [-- [--quick] NAME…]`: builds the guests into `target/mana/`.
//!
//! Without names it builds every artefact, with names only those. `--quick` compiles without link-time optimisation,
//! for whoever changes the component and runs its scenarios again and again; what is released is never built so.
//!
//! For each guest: the core module (cargo, with flags and a profile of its own), the component (`.wasm`), and
//! for those that our host or its tests run the precompiled component (`.cwasm`). Then what is composed of them.

mod compose;
mod glue;

use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use wit_component::{ComponentEncoder, DecodedWasm, WitPrinter};

/// What a guest may know of the world.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Nothing but its imports: no WASI.
    Pure,
    /// WASI: an adapter between the pure ones and a runtime.
    Wasi,
}

/// A guest crate and what becomes of it.
struct Guest {
    package: &'static str,
    kind: Kind,
    features: &'static [&'static str],
    /// Whether it computes with vectors (simd128).
    vectors: bool,
    /// The name of the artefact in `target/mana/`.
    artefact: &'static str,
    precompile: bool,
}

const PURE: Guest =
    Guest { package: "", kind: Kind::Pure, features: &[], vectors: false, artefact: "", precompile: false };

const GUESTS: &[Guest] = &[
    Guest { package: "mana-auth-component", artefact: "auth", precompile: true, ..PURE },
    Guest { package: "mana-auth-tokens", features: &["component"], artefact: "verifier", ..PURE },
    Guest {
        package: "mana-auth-passwords",
        features: &["component"],
        // A hash takes three quarters of the time with them (Spin 4.1, in pairs). The other guests gain nothing.
        vectors: true,
        artefact: "passwords",
        precompile: true,
        ..PURE
    },
    Guest { package: "mana-auth-misbehaving-guest", artefact: "misbehaving", precompile: true, ..PURE },
    Guest { package: "mana-auth-recording-guest", artefact: "recording", precompile: true, ..PURE },
    Guest { package: "mana-auth-front", artefact: "front", kind: Kind::Wasi, ..PURE },
    Guest { package: "mana-auth-spin-adapter", artefact: "spin-adapter", kind: Kind::Wasi, ..PURE },
    Guest { package: "mana-auth-spin-guard", artefact: "spin-guard", kind: Kind::Wasi, ..PURE },
    Guest { package: "mana-auth-spin-client", artefact: "spin-client", kind: Kind::Wasi, ..PURE },
    Guest {
        package: "mana-auth-example-http",
        artefact: "example-http",
        kind: Kind::Wasi,
        precompile: true,
        ..PURE
    },
    Guest { package: "mana-auth-example-typed", artefact: "example-typed", kind: Kind::Wasi, ..PURE },
    Guest { package: "mana-auth-example-guarded", artefact: "example-guarded", kind: Kind::Wasi, ..PURE },
];

/// What is composed of others, in order: each socket's imports are satisfied by the plug's exports.
struct Composition {
    socket: &'static str,
    plug: &'static str,
    artefact: &'static str,
    precompile: bool,
}

const COMPOSITIONS: &[Composition] = &[
    // For every host that speaks wasi:http.
    Composition { socket: "front", plug: "auth", artefact: "auth-http", precompile: false },
    Composition {
        socket: "auth-http",
        plug: "passwords",
        artefact: "auth-http-passwords",
        precompile: false,
    },
    Composition { socket: "auth-http-passwords", plug: "spin-adapter", artefact: "spin", precompile: true },
    // What Spin itself composes for the examples, for the tests.
    Composition {
        socket: "example-typed",
        plug: "spin-client",
        artefact: "typed-with-client",
        precompile: true,
    },
    Composition {
        socket: "spin-guard",
        plug: "example-guarded",
        artefact: "guarded-by-guard",
        precompile: true,
    },
];

fn main() -> Result<()> {
    let (flags, names): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let profile = match flags.as_slice() {
        [] => "guest",
        [quick] if quick == "--quick" => "guest-quick",
        other => bail!("unknown: {other:?}"),
    };
    let known = |name: &String| {
        GUESTS.iter().any(|guest| guest.artefact == name)
            || COMPOSITIONS.iter().any(|made| made.artefact == name)
    };
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        bail!("no artefact is called {unknown}");
    }
    let is_wanted = |artefact: &str| names.is_empty() || names.iter().any(|name| name == artefact);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
    let out = root.join("target/mana");
    fs::create_dir_all(&out)?;
    for guest in GUESTS.iter().filter(|guest| is_wanted(guest.artefact)) {
        let component =
            component(root, guest, profile).with_context(|| format!("building {}", guest.artefact))?;
        publish(&out, guest.artefact, &component, guest.precompile)?;
    }
    let wanted = COMPOSITIONS.iter().filter(|made| is_wanted(made.artefact));
    for Composition { socket, plug, artefact, precompile } in wanted {
        let read = |name: &str| fs::read(out.join(name).with_extension("wasm"));
        let composed =
            compose::compose(read(socket)?, read(plug)?).with_context(|| format!("composing {artefact}"))?;
        publish(&out, artefact, &composed, *precompile)?;
    }
    Ok(())
}

fn component(root: &Path, guest: &Guest, profile: &str) -> Result<Vec<u8>> {
    let compiled = fs::read(compile(root, guest, profile)?)?;
    match guest.kind {
        Kind::Pure => ComponentEncoder::default().module(&glue::remove(&compiled)?)?.validate(true).encode(),
        // The linker of this target makes the component itself.
        Kind::Wasi => Ok(compiled),
    }
}

fn publish(out: &Path, artefact: &str, component: &[u8], precompile: bool) -> Result<()> {
    let file = |extension| out.join(artefact).with_extension(extension);
    write_if_changed(&file("wit"), world(component)?.as_bytes())?;
    let changed = write_if_changed(&file("wasm"), component)?;
    let compiled = file("cwasm");
    if precompile && (changed || !compiled.exists() || older_than_this_program(&compiled)?) {
        fs::write(&compiled, engine()?.precompile_component(component).map_err(anyhow::Error::from)?)?;
    }
    fs::write(file("built"), "")?;
    println!("{artefact:<20} {:>6} KiB", component.len() / 1024);
    Ok(())
}

/// Compiles the crate and tells where the result is.
fn compile(root: &Path, guest: &Guest, profile: &str) -> Result<PathBuf> {
    let (target, flags) = match guest.kind {
        // The platform's random source stands in for the one that the target lacks (see component/src/bindings.rs).
        Kind::Pure => ("wasm32-unknown-unknown", "--cfg\u{1f}getrandom_backend=\"custom\""),
        Kind::Wasi => ("wasm32-wasip2", ""),
    };
    // Cargo calls a library of a wasm target the same whatever its features: in one folder, the crate with a feature
    // would push out the crate without, and all that depends on it would be compiled again every time.
    let folder = if guest.features.is_empty() { "target/guests" } else { "target/guests-with-features" };
    let target_dir = root.join(folder);
    let flags =
        if guest.vectors { format!("{flags}\u{1f}-Ctarget-feature=+simd128") } else { flags.to_owned() };
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root)
        .args(["build", "--locked", "--profile", profile, "--target", target, "-p", guest.package])
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
    Ok(target_dir.join(target).join(profile).join(file))
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

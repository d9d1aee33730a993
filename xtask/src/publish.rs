//! Writes artefacts into `target/mana/`, and says how and when they were built.
//!
//! The files of an artefact stay as old as their content, so that what depends on them is not built again for nothing.
//! Two empty files beside them have the times: `NAME.built`, and `NAME.optimized` where that was as it is released.
//! `.optimized` alone says the same of every artefact. Make looks at those, tests at the first. The time is when the
//! build began: what is edited meanwhile is newer.

use anyhow::{Context as _, Result, bail};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};
use wit_component::{DecodedWasm, WitPrinter};

/// How a guest is compiled.
#[derive(Clone, Copy, PartialEq)]
pub enum Profile {
    /// As it is released.
    Optimized,
    /// Without link-time optimisation.
    Quick,
}

impl Profile {
    /// The name of the profile in `Cargo.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optimized => "guest",
            Self::Quick => "guest-quick",
        }
    }
}

/// The folder of the artefacts.
pub struct Out {
    folder: PathBuf,
    profile: Profile,
    began: SystemTime,
}

impl Out {
    #[allow(clippy::disallowed_methods, reason = "files have the system's time")]
    pub fn open(root: &Path, profile: Profile) -> Result<Self> {
        let began = SystemTime::now();
        let folder = root.join("target/mana");
        fs::create_dir_all(&folder)?;
        // Until everything is built anew.
        remove(&folder.join(".optimized"))?;
        Ok(Self { folder, profile, began })
    }

    /// Where a component is published.
    pub fn component(&self, artefact: &str) -> PathBuf {
        self.file(artefact, "wasm")
    }

    pub fn publish(&self, artefact: &str, component: &[u8], precompile: bool) -> Result<()> {
        let (wasm, compiled) = (self.component(artefact), self.file(artefact, "cwasm"));
        let (built, optimized) = (self.file(artefact, "built"), self.file(artefact, "optimized"));
        write_if_changed(&self.file(artefact, "wit"), world(component)?.as_bytes())?;
        // Another compiler may have made what is older than this program.
        if !has(&wasm, component) || !newer_than_this_program(&built)? {
            // Whatever happens on the way, nobody takes the old machine code for the new component's.
            remove(&built)?;
            write_if_changed(&wasm, component)?;
            if precompile {
                write_if_changed(
                    &compiled,
                    &engine()?.precompile_component(component).map_err(anyhow::Error::from)?,
                )?;
            }
        }
        match self.profile {
            Profile::Optimized => self.stamp(&optimized)?,
            Profile::Quick => remove(&optimized)?,
        }
        self.stamp(&built)?;
        println!("{artefact:<20} {:>6} KiB", component.len() / 1024);
        Ok(())
    }

    /// Every artefact has been published.
    pub fn complete(&self) -> Result<()> {
        if self.profile == Profile::Optimized {
            self.stamp(&self.folder.join(".optimized"))?;
        }
        Ok(())
    }

    fn stamp(&self, file: &Path) -> io::Result<()> {
        File::create(file)?.set_modified(self.began)
    }

    fn file(&self, artefact: &str, extension: &str) -> PathBuf {
        self.folder.join(artefact).with_extension(extension)
    }
}

/// The component's imports and exports, as WIT.
fn world(component: &[u8]) -> Result<String> {
    let decoded = wit_component::decode(component)?;
    let mut printer = WitPrinter::default();
    let DecodedWasm::Component(resolve, world) = &decoded else { bail!("not a component") };
    let world = resolve.worlds.get(*world).context("a component without its world")?;
    printer.print(resolve, world.package.context("a world without a package")?, &[])?;
    Ok(printer.output.to_string())
}

fn engine() -> Result<wasmtime::Engine> {
    let mut config = mana_auth_engine::config();
    config.target(mana_auth_engine::TARGET).map_err(anyhow::Error::from)?;
    for feature in mana_auth_engine::FEATURES {
        // SAFETY: these name processor features, which wasmtime checks again when it loads the artefact.
        #[allow(unsafe_code, reason = "wasmtime asks for it; the comment above says why")]
        unsafe {
            config.cranelift_flag_enable(feature);
        }
    }
    wasmtime::Engine::new(&config).map_err(anyhow::Error::from)
}

fn has(path: &Path, content: &[u8]) -> bool {
    fs::read(path).is_ok_and(|old| old == content)
}

fn write_if_changed(path: &Path, content: &[u8]) -> io::Result<()> {
    if has(path, content) { Ok(()) } else { fs::write(path, content) }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn newer_than_this_program(path: &Path) -> Result<bool> {
    Ok(path.exists() && path.metadata()?.modified()? > std::env::current_exe()?.metadata()?.modified()?)
}

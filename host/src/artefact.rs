//! The precompiled component. The one file that may load machine code, and so the one with `unsafe`.

use rustix::{
    mm::{MprotectFlags, mprotect},
    param::page_size,
};
use std::{
    borrow::Cow,
    ptr::NonNull,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};
use wasmtime::{Config, CustomCodeMemory, Engine, component::Component};

/// A precompiled component: machine code that `xtask` made with the engine's own settings. Its clones share what was loaded of it.
#[derive(Clone)]
pub struct Artefact {
    code: Cow<'static, [u8]>,
    loaded: Arc<OnceLock<Component>>,
    loading: Arc<Mutex<()>>,
}

/// Why the precompiled component can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// This program was built before the component was.
    #[error("this program was built without the component: run `make build`")]
    Missing,
    /// It was made for another version, processor or setting of wasmtime.
    #[error("the component was compiled for another machine or version ({0}): run `make build`")]
    Mismatch(String),
}

impl Artefact {
    /// The one that this program was built with. It is loaded once.
    #[must_use]
    pub fn embedded() -> Self {
        static CODE: &Pages<[u8]> = &Pages(*include_bytes!(concat!(env!("OUT_DIR"), "/auth.cwasm")));
        static EMBEDDED: LazyLock<Artefact> = LazyLock::new(|| Artefact::new(&CODE.0));
        EMBEDDED.clone()
    }

    fn new(code: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { code: code.into(), loaded: Arc::default(), loading: Arc::default() }
    }

    /// One that the caller compiled, for tests with a component of their own. Whoever makes these bytes makes
    /// this process's machine code: that is why it is no part of the library proper.
    #[cfg(feature = "test-support")]
    #[must_use]
    pub fn precompiled(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }

    /// The component itself, for whoever runs it in a host of their own. The engine's settings must be those of
    /// `mana_auth_engine`.
    ///
    /// # Errors
    ///
    /// See [`LoadError`].
    pub fn component(&self, engine: &Engine) -> Result<Component, LoadError> {
        self.load(engine)
    }

    /// The component in an engine that all clones share, of [`config`]: the first to ask has it made.
    pub(crate) fn loaded<E: From<LoadError>>(
        &self,
        engine: impl FnOnce() -> Result<Engine, E>,
    ) -> Result<&Component, E> {
        // One at a time: wasmtime takes no code twice that lies in one place.
        let _turn = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        match self.loaded.get() {
            Some(component) => Ok(component),
            None => {
                let component = self.load_in_place(&engine()?)?;
                Ok(self.loaded.get_or_init(|| component))
            }
        }
    }

    /// The same without a copy, where the code lies as the system needs it to run.
    fn load_in_place(&self, engine: &Engine) -> Result<Component, LoadError> {
        let Cow::Borrowed(code) = self.code else { return self.load(engine) };
        if code.is_empty() || !code.as_ptr().addr().is_multiple_of(page_size()) {
            return self.load(engine);
        }
        // SAFETY: the bytes are trusted as in `load`, and part of this program: they stay for as long as it runs, and nobody writes there.
        #[allow(unsafe_code, reason = "deserializing trusts the bytes; the comment above says why")]
        let component = unsafe { Component::deserialize_raw(engine, NonNull::from(code)) };
        component.map_err(|error| LoadError::Mismatch(one_line(&error)))
    }

    /// Checks that the code fits this engine and processor, and maps it.
    fn load(&self, engine: &Engine) -> Result<Component, LoadError> {
        if self.code.is_empty() {
            return Err(LoadError::Missing);
        }
        // SAFETY: the bytes come from `Engine::precompile_component`: xtask wrote them, and they are embedded in
        // this program, so whoever could change them could change the program as well.
        #[allow(unsafe_code, reason = "deserializing trusts the bytes; the comment above says why")]
        let component = unsafe { Component::deserialize(engine, &self.code) };
        component.map_err(|error| LoadError::Mismatch(one_line(&error)))
    }
}

/// Bytes at the beginning of a page.
#[repr(C, align(4096))]
struct Pages<T: ?Sized>(T);

/// The settings of an engine that runs code where it lies, in the pages of this program's file: no copy takes memory, and what never
/// runs is never read.
pub(crate) fn config() -> Config {
    let mut config = mana_auth_engine::config();
    config.with_custom_code_memory(Some(Arc::new(InPlace)));
    config
}

/// Makes pages executable, or writable: never both.
struct InPlace;

impl CustomCodeMemory for InPlace {
    fn required_alignment(&self) -> usize {
        page_size()
    }

    fn publish_executable(&self, code: *const u8, length: usize) -> wasmtime::Result<()> {
        protect(code, length, MprotectFlags::READ | MprotectFlags::EXEC)
    }

    fn unpublish_executable(&self, code: *const u8, length: usize) -> wasmtime::Result<()> {
        protect(code, length, MprotectFlags::READ | MprotectFlags::WRITE)
    }
}

fn protect(code: *const u8, length: usize, flags: MprotectFlags) -> wasmtime::Result<()> {
    // SAFETY: wasmtime names whole pages of code that it was given, none of which runs while they are not executable.
    #[allow(unsafe_code, reason = "the comment above says why")]
    unsafe { mprotect(code.cast_mut().cast(), length, flags) }?;
    Ok(())
}

impl std::fmt::Debug for Artefact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Artefact({} bytes)", self.code.len())
    }
}

fn one_line(error: &wasmtime::Error) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(artefact: &Artefact) -> Result<Component, LoadError> {
        artefact.load(&Engine::new(&mana_auth_engine::config()).expect("the settings are valid"))
    }

    #[test]
    fn nothing_embedded_says_what_to_run() {
        let error = load(&Artefact::new(b"".as_slice())).expect_err("there is nothing to load");
        assert!(matches!(error, LoadError::Missing));
        assert!(error.to_string().contains("make build"));
    }

    #[test]
    fn something_else_is_refused_in_one_line() {
        let error = load(&Artefact::new(b"no machine code".as_slice())).expect_err("it is no artefact");
        assert!(matches!(error, LoadError::Mismatch(_)));
        assert_eq!(error.to_string().lines().count(), 1);
    }
}

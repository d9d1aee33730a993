//! The component's imports, one file each: from the generated traits to what the embedder handed in.
//!
//! Each is built alike: an owned context in the store's state, a short-lived view of it that implements the
//! generated trait, and one `add_to_linker`. Those that wait have a limit of their own, shorter than the
//! request's, because a use case can't be cancelled from outside: it ends when its imports do.

pub mod config;
pub mod invalidations;
mod limit;
mod linear_memory;
pub mod mailer;
pub mod passwords;
pub mod platform;
pub mod storage;

pub use limit::Limit;
pub(crate) use linear_memory::LinearMemory;

use self::{
    config::ConfigCtx, invalidations::InvalidationsCtx, mailer::MailerCtx, passwords::PasswordsCtx,
    platform::PlatformCtx, storage::StorageCtx,
};

use crate::{
    clock::Clock, invalidations::Invalidations, mail::Mailer, metrics::Metrics, passwords::Passwords,
    random::Random, storage::Storage,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::Notify;
use wasmtime::component::{Instance, Linker};

/// Everything that the component's imports reach. Cheap to clone: every instance gets one.
#[derive(Clone)]
pub(crate) struct Imports {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) invalidations: Arc<dyn Invalidations>,
    pub(crate) passwords: Arc<dyn Passwords>,
    pub(crate) mailer: Arc<dyn Mailer>,
    /// Notified when a mail was committed.
    pub(crate) mail_committed: Arc<Notify>,
    pub(crate) config: Arc<BTreeMap<String, String>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) metrics: Arc<Metrics>,
    /// How long one call of an import may take.
    pub(crate) limit: Duration,
}

/// How long handing a mail over may take: less than whoever took it has it.
const MAIL: Duration = Duration::from_secs(30);

/// What a store owns: the state behind the imports of one instance, and the bound on its memory.
pub struct HostState {
    storage: StorageCtx,
    invalidations: InvalidationsCtx,
    passwords: PasswordsCtx,
    mailer: MailerCtx,
    config: ConfigCtx,
    platform: PlatformCtx,
    pub(crate) memory: LinearMemory,
    /// The instance in the store, once there is one: for calls of functions that are known by name alone.
    instance: Option<Instance>,
}

impl HostState {
    pub(crate) fn instantiated(&mut self, instance: Instance) {
        self.instance = Some(instance);
    }

    pub(crate) fn instance(&self) -> Option<Instance> {
        self.instance
    }

    pub(crate) fn new(imports: Imports, memory: LinearMemory) -> Self {
        let Imports {
            storage,
            invalidations,
            passwords,
            mailer,
            mail_committed,
            config,
            clock,
            random,
            metrics,
            limit,
        } = imports;
        let limit = Limit::new(limit, clock.clone());
        Self {
            storage: StorageCtx { storage, limit: limit.clone(), metrics: metrics.clone() },
            invalidations: InvalidationsCtx { invalidations, limit: limit.clone(), metrics: metrics.clone() },
            passwords: PasswordsCtx { passwords, limit },
            mailer: MailerCtx::new(mailer, mail_committed, Limit::new(MAIL, clock.clone())),
            config: ConfigCtx { values: config },
            platform: PlatformCtx { clock, random, metrics },
            memory,
            instance: None,
        }
    }
}

/// Links every import of world `auth`, and nothing else.
pub(crate) fn add_to_linker(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    storage::add_to_linker(linker, |state| state.storage.view())?;
    invalidations::add_to_linker(linker, |state| state.invalidations.view())?;
    passwords::add_to_linker(linker, |state| state.passwords.view())?;
    mailer::add_to_linker(linker, |state| state.mailer.view())?;
    config::add_to_linker(linker, |state| state.config.view())?;
    platform::add_to_linker(linker, |state| state.platform.view())
}

//! The ways to run the service that the scenarios are told against.

pub mod binary;
pub mod host;

use crate::scenario::Need;
use futures::future::BoxFuture;
use host::Gate;
use mana_auth::clock::TestClock;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The configuration: keys and values as text.
pub type Settings = BTreeMap<String, String>;

/// A service that runs.
pub trait Runner: Send + Sync {
    /// `http://127.0.0.1:port`.
    fn base_url(&self) -> String;

    /// The same for the address of health and metrics.
    fn management_url(&self) -> String;

    /// The clock that the service reads, where a test can move it.
    fn clock(&self) -> Option<Arc<TestClock>>;

    /// Runs maintenance now.
    fn tick(&self) -> BoxFuture<'_, ()>;

    /// The database file.
    fn database(&self) -> PathBuf;

    /// What it has logged so far, where it can be told.
    fn log(&self) -> String;

    /// Stops, and starts again on the same data; or why it does not start.
    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>>;
}

/// The runners that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The library, in this process.
    Host,
    /// The program, spawned.
    Binary,
}

impl Kind {
    pub const ALL: &[Self] = &[Self::Host, Self::Binary];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Binary => "binary",
        }
    }

    /// Whether a scenario with this need can run here.
    pub const fn provides(self, need: Need) -> bool {
        match need {
            Need::Clock | Need::Passwords => matches!(self, Self::Host),
        }
    }

    /// Starts a service on the data in this folder, with this clock where tests can move one.
    pub async fn start(
        self,
        data: &Path,
        settings: &Settings,
        clock: Arc<TestClock>,
        gate: Option<Arc<Gate>>,
    ) -> Result<Box<dyn Runner>, String> {
        Ok(match self {
            Self::Host => Box::new(host::Host::start(data, settings, clock, gate).await?),
            Self::Binary => Box::new(binary::Binary::start(&[], data, settings)?),
        })
    }
}

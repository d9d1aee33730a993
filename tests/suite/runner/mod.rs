//! The ways to run the service that the scenarios are told against.

pub mod binary;
pub mod hold;
pub mod host;
pub mod postgres;
pub mod recorder;
pub mod spin;
pub mod spin_up;
pub mod typed;

use crate::{client::API, house::root, scenario::Need, service::MAINTENANCE};
use futures::future::BoxFuture;
use host::Gate;
use mana_auth::clock::TestClock;
use postgres::Postgres;
use recorder::Recorder;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The configuration: keys and values as text.
pub type Settings = BTreeMap<String, String>;

/// What a test puts between the component and what it asks, where it can.
#[derive(Clone, Default)]
pub struct Hooks {
    /// Before password hashing.
    pub gate: Option<Arc<Gate>>,
    /// Before storage and password hashing.
    pub recorder: Option<Arc<Recorder>>,
    /// Another database than the embedded one.
    pub postgres: Option<Arc<Postgres>>,
}

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

    /// Its database where that is no file.
    fn postgres(&self) -> Option<&Postgres> {
        None
    }

    /// What it has logged so far, where it can be told.
    fn log(&self) -> String;

    /// Stops, so that the data can be touched before a restart. Only the library can, so far.
    fn stop(&mut self) -> BoxFuture<'_, ()> {
        unreachable!("no scenario stops this one")
    }

    /// Stops, and starts again on the same data; or why it does not start.
    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>>;
}

/// The runners that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The library, in this process.
    Host,
    /// The same, asked by type wherever an interface has a function.
    Typed,
    /// The library over PostgreSQL.
    Postgres,
    /// The program, spawned.
    Binary,
    /// The composition for Spin, in this process.
    Spin,
    /// The same on the real Spin, spawned.
    SpinUp,
}

impl Kind {
    /// Those that run everywhere; or, where the environment asks for the real Spin, that one alone.
    pub fn chosen() -> &'static [Self] {
        match std::env::var_os("MANA_TEST_SPIN") {
            Some(_) => &[Self::SpinUp],
            None if std::env::var_os("MANA_TEST_LONG").is_some() && postgres::is_here() => {
                &[Self::Host, Self::Typed, Self::Postgres, Self::Binary, Self::Spin]
            }
            None => &[Self::Host, Self::Typed, Self::Binary, Self::Spin],
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Typed => "typed",
            Self::Postgres => "postgres",
            Self::Binary => "binary",
            Self::Spin => "spin",
            Self::SpinUp => "spin-up",
        }
    }

    /// Whether a scenario with this need can run here.
    pub const fn provides(self, need: Need) -> bool {
        match need {
            Need::Clock => matches!(self, Self::Host | Self::Typed | Self::Postgres | Self::Spin),
            Need::Passwords => matches!(self, Self::Host | Self::Typed),
            Need::Management | Need::Start => {
                matches!(self, Self::Host | Self::Typed | Self::Postgres | Self::Binary)
            }
            Need::Commands | Need::Files => matches!(self, Self::Host | Self::Typed | Self::Binary),
            Need::OwnSecret => matches!(self, Self::Binary),
            Need::OneAddress => matches!(self, Self::Spin | Self::SpinUp),
        }
    }

    /// Whether the scenarios of this file are told against it.
    pub fn tells(self, file: &str) -> bool {
        match self {
            Self::Typed => typed::FILES.contains(&file),
            Self::Postgres => postgres::FILES.contains(&file),
            _ => true,
        }
    }

    /// Starts a service on the data in this folder, with this clock where tests can move one.
    pub async fn start(
        self,
        data: &Path,
        settings: &Settings,
        clock: Arc<TestClock>,
        hooks: Hooks,
    ) -> Result<Box<dyn Runner>, String> {
        Ok(match self {
            Self::Host => Box::new(host::Host::start(data, settings, clock, hooks).await?),
            Self::Typed => Box::new(typed::Typed::start(data, settings, clock, hooks).await?),
            Self::Postgres => {
                let postgres = Some(Arc::new(Postgres::open(data).await));
                Box::new(host::Host::start(data, settings, clock, Hooks { postgres, ..hooks }).await?)
            }
            Self::Binary => Box::new(binary::Binary::start(&[], data, settings)?),
            Self::Spin => Box::new(spin::Spin::start(data, settings, clock).await),
            Self::SpinUp => Box::new(spin_up::SpinUp::start(data, &root().join("spin.toml"), settings).await),
        })
    }
}

/// Has the service do its maintenance through the route, where there is no other way. Somebody else may be at it.
async fn maintain(base_url: String) {
    const ATTEMPTS: usize = 1000;
    let http = reqwest::Client::new();
    for _ in 0..ATTEMPTS {
        let request = http.post(format!("{base_url}{API}/maintenance")).bearer_auth(MAINTENANCE);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        // An instance that has just answered may be writing: a scheduler comes again.
        if status == 503 {
            continue;
        }
        let body: serde_json::Value =
            serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
        assert_eq!(status, 200, "maintenance: {body}");
        if body["ran"] == true {
            return;
        }
    }
    panic!("another process does not end its maintenance");
}

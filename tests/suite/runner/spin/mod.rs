//! The composition for Spin, in this process: with the interfaces that it imports from Spin, on a real SQLite file,
//! and with clocks that tests move. What is imitated was learned from Spin 4.1, by its source and by asking it.

mod instance;
mod postgres;
mod serve;
mod sqlite;
mod state;
mod variables;

use super::{Runner, Settings, maintain};
use futures::future::BoxFuture;
use instance::Instances;
use mana_auth::{artefact::Artefact, clock::TestClock};
use serve::Serving;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
};
use wasmtime::{Engine, component::Component};
use wasmtime_wasi_http::handler::ProxyHandler;

/// The composition, serving.
pub struct Spin {
    data: PathBuf,
    clock: Arc<TestClock>,
    /// What instances that have ended wrote to their error stream, and those that are alive.
    log: Log,
    serving: Serving,
}

/// What every instance of an application knows of it.
#[derive(Clone)]
pub struct App {
    database: PathBuf,
    variables: Arc<Settings>,
    clock: Arc<TestClock>,
    log: Log,
}

/// The standard error streams of every instance so far.
type Log = Arc<Mutex<Vec<wasmtime_wasi::p2::pipe::MemoryOutputPipe>>>;

impl Spin {
    /// Starts it.
    pub async fn start(data: &Path, settings: &Settings, clock: Arc<TestClock>) -> Self {
        Self::start_again(data, settings, clock, Log::default()).await
    }

    async fn start_again(data: &Path, settings: &Settings, clock: Arc<TestClock>, log: Log) -> Self {
        let app = App {
            database: database_in(data),
            variables: Arc::new(settings.clone()),
            clock: clock.clone(),
            log: log.clone(),
        };
        let (engine, component) = composition();
        let handler = ProxyHandler::new(Instances::new(engine, component, app));
        Self { data: data.to_owned(), clock, log, serving: Serving::start(handler).await }
    }
}

/// Where Spin keeps an application's default database, below its folder for state.
pub fn database_in(data: &Path) -> PathBuf {
    data.join("sqlite_db.db")
}

/// Loaded once for all scenarios.
fn composition() -> &'static (Engine, Component) {
    static LOADED: OnceLock<(Engine, Component)> = OnceLock::new();
    LOADED.get_or_init(|| {
        let file = crate::house::root().join("target/mana/spin.cwasm");
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("run make guests: {error}"));
        let engine = Engine::new(&mana_auth_engine::config()).expect("the settings are valid");
        let component = Artefact::precompiled(bytes).component(&engine);
        (engine, component.unwrap_or_else(|error| panic!("{error}")))
    })
}

impl Runner for Spin {
    fn base_url(&self) -> String {
        format!("http://{}", self.serving.address)
    }

    fn management_url(&self) -> String {
        self.base_url()
    }

    fn clock(&self) -> Option<Arc<TestClock>> {
        Some(self.clock.clone())
    }

    fn tick(&self) -> BoxFuture<'_, ()> {
        Box::pin(maintain(self.base_url()))
    }

    fn database(&self) -> PathBuf {
        database_in(&self.data)
    }

    fn log(&self) -> String {
        let streams = self.log.lock().unwrap();
        streams.iter().map(|stream| String::from_utf8_lossy(&stream.contents()).into_owned()).collect()
    }

    /// Instances end where they are; Spin does not wait for them either.
    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            let (data, clock, log) = (self.data.clone(), self.clock.clone(), self.log.clone());
            *self = Self::start_again(&data, settings, clock, log).await;
            Ok(())
        })
    }
}

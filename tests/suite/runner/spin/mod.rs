//! The composition for Spin, in this process: with the interfaces that it imports from Spin, on a real SQLite file,
//! and with clocks that tests move. What is imitated was learned from Spin 4.1, by its source and by asking it.

pub mod app;
mod instance;
mod postgres;
mod serve;
mod site;
mod sqlite;
mod state;
mod variables;

use super::{Runner, Settings, maintain};
use app::{Component, Log};
use futures::future::BoxFuture;
use mana_auth::clock::TestClock;
use serve::Serving;
use site::Site;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// An application, serving.
pub struct Spin {
    data: PathBuf,
    clock: Arc<TestClock>,
    /// What its instances wrote to their error streams, those that have ended included.
    log: Log,
    serving: Serving,
}

impl Spin {
    /// Starts the auth service alone, as the manifest of the repository has it.
    pub async fn start(data: &Path, settings: &Settings, clock: Arc<TestClock>) -> Self {
        Self::start_again(data, vec![auth(settings)], clock, Log::default()).await
    }

    /// Starts an application of several components.
    pub async fn start_several(data: &Path, components: Vec<Component>) -> Self {
        Self::start_again(data, components, Arc::default(), Log::default()).await
    }

    async fn start_again(data: &Path, components: Vec<Component>, clock: Arc<TestClock>, log: Log) -> Self {
        let site = Site::new(components, database_in(data), &clock, &log);
        Self { data: data.to_owned(), clock, log, serving: Serving::start(site).await }
    }
}

/// The auth service as a component.
pub fn auth(settings: &Settings) -> Component {
    Component { name: "auth", route: "", artefact: "spin", variables: settings.clone(), may_call: &[] }
}

/// Where Spin keeps an application's default database, below its folder for state.
pub fn database_in(data: &Path) -> PathBuf {
    data.join("sqlite_db.db")
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
            *self = Self::start_again(&data, vec![auth(settings)], clock, log).await;
            Ok(())
        })
    }
}

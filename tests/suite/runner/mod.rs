//! The ways to run the service that the scenarios are told against.

pub mod binary;
pub mod gate;
pub mod hold;
pub mod host;
mod kind;
pub mod mail_api;
mod nodes;
pub mod postgres;
pub mod postman;
pub mod recorder;
pub mod spin;
pub mod spin_up;
pub mod typed;

pub use kind::RunnerKind;

use crate::client::API;
use futures::future::BoxFuture;
use gate::Gate;
use mana_auth::clock::TestClock;
use postgres::Postgres;
use postman::Postman;
use recorder::Recorder;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// What opens the maintenance route.
pub const MAINTENANCE: &str = "zzMg0c2ZWQrGgZ6OWknZD2a9iH4MitiOxspHZVJvacE=";

/// The configuration: keys and values as text.
pub type Settings = BTreeMap<String, String>;

/// What a test puts between the component and what it asks, where it can.
#[derive(Clone, Default)]
pub struct Hooks {
    /// Before password hashing.
    pub gate: Option<Arc<Gate>>,
    /// Before storage and password hashing.
    pub recorder: Option<Arc<Recorder>>,
    /// In place of the development outbox.
    pub postman: Option<Arc<Postman>>,
    /// Another database than the embedded one.
    pub postgres: Option<Arc<Postgres>>,
    /// Whether answers are given again from memory; else they are made anew, and compared with what is in memory.
    pub gives_answers_again: bool,
}

/// A service that runs.
pub trait Runner: Send + Sync {
    /// `http://127.0.0.1:port`.
    fn base_url(&self) -> String;

    /// The same of each that answers, where there are several.
    fn base_urls(&self) -> Vec<String> {
        vec![self.base_url()]
    }

    /// The same for the address of health and metrics.
    fn management_url(&self) -> String;

    /// The clock that the service reads, where a test can move it.
    fn clock(&self) -> Option<Arc<TestClock>>;

    /// Runs maintenance now.
    fn tick(&self) -> BoxFuture<'_, ()>;

    /// The database file.
    fn database(&self) -> PathBuf;

    /// Its database where that is no file.
    fn postgres(&self) -> Option<Arc<Postgres>> {
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

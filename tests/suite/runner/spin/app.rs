//! What an application is made of, as its instances know it.

use super::pool::Pool;
use crate::runner::Settings;
use futures::future::BoxFuture;
use http::{Request, Response};
use mana_auth::clock::TestClock;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, Weak},
};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi_http::WasiBody;

/// What a manifest says of a component.
#[derive(Clone)]
pub struct Component {
    pub name: &'static str,
    /// What paths to it begin with; empty for whatever no other component claims.
    pub route: &'static str,
    /// The artefact in `target/mana/`.
    pub artefact: &'static str,
    pub variables: Settings,
    /// The other components that it may call.
    pub may_call: &'static [&'static str],
    /// Whom it may call elsewhere, as origins.
    pub may_reach: Vec<String>,
}

/// What every instance of a component knows.
#[derive(Clone)]
pub struct App {
    pub component: Arc<Component>,
    pub database: PathBuf,
    pub clock: Arc<TestClock>,
    pub log: Log,
    /// The connections to PostgreSQL that its instances share.
    pub postgres: Pool,
    /// The other components, as long as the application runs.
    pub chained: Weak<dyn Chained>,
}

/// The standard error streams of every instance so far.
pub type Log = Arc<Mutex<Vec<MemoryOutputPipe>>>;

/// Calls between components, which never leave the process.
pub trait Chained: Send + Sync {
    /// Answers a request of another component. None where there is no such one.
    fn call<'a>(
        &'a self,
        name: &'a str,
        request: Request<WasiBody>,
    ) -> BoxFuture<'a, Option<Response<WasiBody>>>;
}

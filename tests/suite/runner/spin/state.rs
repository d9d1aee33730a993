//! What an instance has: WASI, with the test's clocks, and its own part of Spin.

use super::App;
use mana_auth::clock::{Clock as _, TestClock};
use std::{path::PathBuf, sync::Arc, time::Duration};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{
    HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView, p2::pipe::MemoryOutputPipe,
};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// The most that is kept of what an instance writes to its error stream.
const LOG: usize = 1 << 20;

/// What an instance has.
pub struct State {
    pub table: ResourceTable,
    pub database: PathBuf,
    pub variables: Arc<super::Settings>,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
}

impl State {
    pub fn new(app: &App) -> Self {
        let errors = MemoryOutputPipe::new(LOG);
        app.log.lock().unwrap().push(errors.clone());
        let proxies = app.variables.get("trusted_proxies").map_or("", String::as_str);
        let wasi = WasiCtx::builder()
            .stderr(errors)
            .wall_clock(Wall(app.clock.clone()))
            .monotonic_clock(Monotonic(app.clock.clone()))
            // As the manifest has it.
            .env("MANA_AUTH_CLIENT_ADDRESS_HEADER", "spin-client-addr")
            .env("MANA_AUTH_TRUSTED_PROXIES", proxies)
            .build();
        Self {
            table: ResourceTable::new(),
            database: app.database.clone(),
            variables: app.variables.clone(),
            wasi,
            http: WasiHttpCtx::default(),
            hooks: Hooks,
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}

/// What an instance may call: nothing, as `allowed_outbound_hosts` of the manifest has it.
struct Hooks;

/// A response, and how sending the request ended.
type Sent = (http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        _: http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

struct Wall(Arc<TestClock>);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.now())
    }
}

struct Monotonic(Arc<TestClock>);

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

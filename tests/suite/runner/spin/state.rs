//! What an instance has: WASI, with the test's clocks, and its own part of Spin.

use super::{
    app::{App, Chained, Component},
    outbound,
    pool::Pool,
};
use mana_auth::clock::{Clock as _, TestClock};
use std::{
    path::PathBuf,
    sync::{Arc, Weak},
    time::Duration,
};
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
    pub component: Arc<Component>,
    pub postgres: Pool,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
}

impl State {
    pub fn new(app: &App) -> Self {
        let errors = MemoryOutputPipe::new(LOG);
        app.log.lock().unwrap().push(errors.clone());
        let proxies = app.component.variables.get("trusted_proxies").map_or("", String::as_str);
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
            component: app.component.clone(),
            postgres: app.postgres.clone(),
            wasi,
            http: WasiHttpCtx::default(),
            hooks: Hooks { chained: app.chained.clone(), component: app.component.clone() },
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

/// What an instance may call, as `allowed_outbound_hosts` names it.
struct Hooks {
    chained: Weak<dyn Chained>,
    component: Arc<Component>,
}

/// A response, and how sending the request ended.
type Sent = (http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let (chained, component) = (self.chained.clone(), self.component.clone());
        Box::new(async move {
            let response = call(request, &component, &chained).await?;
            Ok((response, Box::new(async { Ok(()) }) as Box<dyn Future<Output = _> + Send>))
        })
    }
}

/// Calls another component of the application, or somebody elsewhere.
async fn call(
    request: http::Request<WasiBody>,
    component: &Component,
    chained: &Weak<dyn Chained>,
) -> Result<http::Response<WasiBody>, Error> {
    let uri = request.uri();
    let host = uri.host().unwrap_or_default();
    if let Some(name) = host.strip_suffix(".spin.internal") {
        let name = component.may_call.iter().find(|known| **known == name).ok_or(Error::HttpRequestDenied)?;
        let chained = chained.upgrade().ok_or(Error::HttpRequestDenied)?;
        return chained.call(name, request).await.ok_or(Error::DestinationNotFound);
    }
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let origin = format!("{}://{authority}", uri.scheme_str().unwrap_or_default());
    if component.may_reach.contains(&origin) {
        outbound::send(request).await
    } else {
        Err(Error::HttpRequestDenied)
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

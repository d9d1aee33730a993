//! Instances, and how long they live: as Spin 4.1 has it by default, an instance takes 16 requests at a time and 128
//! in all, and ends after a second without one.

use super::{app::App, postgres, sqlite, state::State, variables};
use mana_auth::artefact::Artefact;
use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{LazyLock, Mutex},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::time::{Sleep, sleep};
use wasmtime::{
    Engine, Result, Store, StoreContextMut, Trap,
    component::{Component, GuestTaskId, InstancePre, Linker},
};
use wasmtime_wasi_http::{
    WasiHttpCtxView, WasiHttpView as _,
    handler::{HandlerState, Instance, Proxy, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus},
    p3::bindings::Service,
};

const REQUESTS_AT_A_TIME: usize = 16;
const REQUESTS: usize = 128;
const IDLE: Duration = Duration::from_secs(1);

/// Makes instances of a component.
pub struct Instances {
    prepared: InstancePre<State>,
    app: App,
}

impl Instances {
    pub fn new(app: App) -> Self {
        let (engine, component) = loaded(app.component.artefact);
        let prepared = linker(engine).and_then(|linker| linker.instantiate_pre(&component));
        let prepared =
            prepared.unwrap_or_else(|error| panic!("it imports what Spin does not have: {error:#}"));
        Self { prepared, app }
    }
}

/// An artefact, loaded once for all scenarios.
fn loaded(artefact: &'static str) -> (&'static Engine, Component) {
    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::new(&mana_auth_engine::config()).expect("the settings are valid"));
    static LOADED: Mutex<BTreeMap<&str, Component>> = Mutex::new(BTreeMap::new());
    let mut known = LOADED.lock().unwrap();
    let component = known.entry(artefact).or_insert_with(|| {
        let file = crate::repository::root().join("target/mana").join(artefact).with_extension("cwasm");
        let bytes =
            std::fs::read(&file).unwrap_or_else(|error| panic!("{artefact}: {error}: run make guests"));
        let component = Artefact::precompiled(bytes).component(&ENGINE);
        component.unwrap_or_else(|error| panic!("{artefact}: {error}"))
    });
    (&ENGINE, component.clone())
}

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    sqlite::add_to_linker(&mut linker)?;
    variables::add_to_linker(&mut linker)?;
    postgres::add_to_linker(&mut linker)?;
    Ok(linker)
}

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = Idle;
    type WorkerState = Limits;

    async fn instantiate(&self) -> Result<Instance<State, Idle, Limits>> {
        let mut store = Store::new(self.prepared.engine(), State::new(&self.app));
        // Nobody moves the epoch: no scenario has a runaway.
        store.set_epoch_deadline(1);
        let instance = self.prepared.instantiate_async(&mut store).await?;
        let proxy = Proxy::P3(Service::new(&mut store, &instance)?);
        let view: fn(&mut State) -> WasiHttpCtxView<'_> = State::http;
        Ok(Instance { store, proxy, view, expiration: Idle::default(), state: Limits })
    }
}

/// Ends an instance that has had nothing to do for a second of real time.
#[derive(Default)]
pub struct Idle(Option<Pin<Box<Sleep>>>);

impl WorkerExpiration for Idle {
    #[allow(clippy::disallowed_methods, reason = "how long an instance is kept is real time in Spin too")]
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        _: Instant,
    ) -> Poll<()> {
        if status != WorkerStatus::Idle {
            self.0 = None;
            return Poll::Pending;
        }
        self.0.get_or_insert_with(|| Box::pin(sleep(IDLE))).as_mut().poll(context)
    }
}

/// How many requests an instance takes.
pub struct Limits;

impl WorkerState for Limits {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, at_a_time: usize, in_all: usize) -> ShouldAccept {
        match (at_a_time, in_all) {
            (_, REQUESTS..) => ShouldAccept::Never,
            (REQUESTS_AT_A_TIME.., _) => ShouldAccept::No,
            _ => ShouldAccept::Yes,
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        Box::pin(std::future::pending())
    }

    fn drop(&self, store: Store<State>, result: Result<()>) {
        drop(store);
        // Others end because the scenario has.
        if let Err(error) = result
            && error.is::<Trap>()
        {
            eprintln!("an instance ended: {error:?}");
        }
    }
}

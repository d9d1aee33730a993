//! An instance of the component, and the platform that it asks.

use mana_auth::artefact::Artefact;
use std::{
    path::Path,
    pin::pin,
    sync::OnceLock,
    task::{Context, Poll, Waker},
};
use wasmtime::{
    Engine, Store,
    component::{Component, HasSelf, Linker},
};

wasmtime::component::bindgen!({
    path: "../wit",
    world: "password-hasher",
    exports: { default: async | store },
});

pub use exports::mana::auth::passwords::{Behalf, Error, Estimate, Parameters, Verdict};
use mana::auth::platform::{Host, Level, Metric};

/// The least that the contract allows.
pub const CHEAP: Parameters = Parameters { memory_kib: 8, iterations: 1, parallelism: 1 };

/// One instance.
pub struct Hasher {
    store: Store<Platform>,
    world: PasswordHasher,
}

/// Chance that a test knows beforehand: every byte of it is the same.
pub struct Platform {
    pub chance: u8,
    /// How many bytes were asked for, at each call.
    pub asked: Vec<u32>,
    pub log: Vec<String>,
}

impl Host for Platform {
    /// The beginning of 2026.
    fn now(&mut self) -> u64 {
        1_767_225_600_000
    }

    fn random(&mut self, n: u32) -> Vec<u8> {
        self.asked.push(n);
        vec![self.chance; n as usize]
    }

    fn log(&mut self, _: Level, message: String, fields: Vec<(String, String)>) {
        self.log.push(format!("{message} {fields:?}"));
    }

    fn count(&mut self, _: Metric, _: String, _: u64) {}
}

impl Hasher {
    pub fn new() -> Self {
        let (engine, component) = compiled();
        let mut linker = Linker::new(engine);
        PasswordHasher::add_to_linker::<_, HasSelf<_>>(&mut linker, |platform| platform)
            .expect("its one import");
        let mut store = Store::new(engine, Platform { chance: 7, asked: vec![], log: vec![] });
        // Nobody moves the epoch: no call of a test is a runaway.
        store.set_epoch_deadline(1);
        let world = ready(PasswordHasher::instantiate_async(&mut store, component, &linker));
        Self { store, world: world.expect("an instance") }
    }

    pub fn platform(&mut self) -> &mut Platform {
        self.store.data_mut()
    }

    pub fn strength(&mut self, password: &str, hints: &[&str]) -> Estimate {
        let hints: Vec<String> = hints.iter().map(|hint| (*hint).to_owned()).collect();
        let (world, password) = (&self.world, password.to_owned());
        let answer = ready(self.store.run_concurrent(async |accessor| {
            world.mana_auth_passwords().call_strength(accessor, password, hints, nobody()).await
        }));
        answer.expect("it runs").expect("it returns").expect("an estimate")
    }

    pub fn hash(&mut self, password: &str, parameters: Parameters) -> Result<String, Error> {
        let (world, password) = (&self.world, password.to_owned());
        let answer = ready(self.store.run_concurrent(async |accessor| {
            world.mana_auth_passwords().call_hash(accessor, password, parameters, None, nobody()).await
        }));
        answer.expect("it runs").expect("it returns")
    }

    pub fn verify(
        &mut self,
        password: &str,
        encoded: Option<&str>,
        current: Parameters,
    ) -> Result<Verdict, Error> {
        let encoded = vec![encoded.map(str::to_owned)];
        let (world, password) = (&self.world, password.to_owned());
        let answer = ready(self.store.run_concurrent(async |accessor| {
            world.mana_auth_passwords().call_verify(accessor, password, encoded, current, nobody()).await
        }));
        answer.expect("it runs").expect("it returns")?.remove(0)
    }
}

fn nobody() -> Behalf {
    Behalf { request: String::new(), network: None, known_device: false }
}

/// Loaded once for all tests.
fn compiled() -> &'static (Engine, Component) {
    static COMPILED: OnceLock<(Engine, Component)> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/mana/passwords.cwasm");
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("run make guests: {error}"));
        let engine = Engine::new(&mana_auth_engine::config()).expect("the settings are valid");
        let component = Artefact::precompiled(bytes).component(&engine);
        let component = component.unwrap_or_else(|error| panic!("{error}"));
        (engine, component)
    })
}

/// Nothing here waits for anything outside this thread, so asking again is enough.
fn ready<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

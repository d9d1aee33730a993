//! One store with one instance of the component.

use super::{
    errors::StartError,
    runaway::{Turns, Watch},
};
use crate::{
    bindings::{Auth, AuthPre},
    imports::{HostState, LinearMemory},
};
use wasmtime::{Store, component::Accessor};

/// An instance of the component, for whoever calls it without a server: the command line, or an embedder's
/// own tools.
pub struct Instance {
    store: Store<HostState>,
    auth: Auth,
    turns: Turns,
    memory: LinearMemory,
}

impl Instance {
    pub(super) async fn new(auth: &AuthPre<HostState>, state: HostState) -> Result<Self, StartError> {
        let (turns, memory) = (Turns::default(), state.memory.clone());
        let mut store = Store::new(auth.engine(), state);
        store.limiter(|state| &mut state.memory);
        let mut watch = Watch::new(turns.clone());
        store.epoch_deadline_callback(move |_| Ok(watch.tick()));
        store.set_epoch_deadline(1);
        let instance =
            auth.instance_pre().instantiate_async(&mut store).await.map_err(StartError::Trapped)?;
        store.data_mut().instantiated(instance);
        let auth = Auth::new(&mut store, &instance).map_err(StartError::Trapped)?;
        Ok(Self { store, auth, turns, memory })
    }

    /// Calls `maintenance.start`: every other call comes after it, but for `maintenance.settings`.
    ///
    /// # Errors
    ///
    /// Where the component refuses to start, or traps.
    pub async fn start(&mut self, serving: bool) -> Result<(), StartError> {
        let started = self
            .run(async |accessor, auth| auth.mana_auth_maintenance().call_start(accessor, serving).await)
            .await;
        started.map_err(StartError::Trapped)?.map_err(StartError::Refused)
    }

    /// Calls exports of the component, as many as the closure likes.
    ///
    /// # Errors
    ///
    /// Where the component traps. The instance is of no use then.
    pub async fn run<R>(
        &mut self,
        calls: impl AsyncFnOnce(&Accessor<HostState>, &Auth) -> wasmtime::Result<R>,
    ) -> wasmtime::Result<R> {
        let Self { store, auth, turns, .. } = self;
        store.run_concurrent(async |accessor| turns.counted(calls(accessor, auth)).await).await?
    }

    /// How much memory it has taken.
    pub(super) fn memory(&self) -> LinearMemory {
        self.memory.clone()
    }
}

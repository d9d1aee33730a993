//! The loaded component, its imports linked: what instances are made from.

use super::{
    errors::{PrepareError, StartError},
    instance::Instance,
    runaway,
};
use crate::{
    artefact::{self, Artefact},
    bindings::AuthPre,
    imports::{self, HostState, Imports, LinearMemory},
};
use wasmtime::{
    Engine,
    component::{Component, Linker},
};

/// A component that is ready to be instantiated.
#[derive(Clone)]
pub(crate) struct Program {
    auth: AuthPre<HostState>,
    imports: Imports,
}

impl Program {
    pub(crate) fn load(code: &Artefact, imports: Imports) -> Result<Self, PrepareError> {
        let component = code.loaded(|| {
            let engine = Engine::new(&artefact::config()).map_err(PrepareError::Unfit)?;
            runaway::start_ticker(&engine)?;
            Ok::<_, PrepareError>(engine)
        })?;
        let mut linker = Linker::new(component.engine());
        imports::add_to_linker(&mut linker).map_err(PrepareError::Unfit)?;
        let auth = linker.instantiate_pre(component).and_then(AuthPre::new).map_err(PrepareError::Unfit)?;
        Ok(Self { auth, imports })
    }

    /// The component.
    pub(crate) fn component(&self) -> &Component {
        self.auth.instance_pre().component()
    }

    /// A new instance, which has not been started yet.
    pub(crate) async fn instance(&self) -> Result<Instance, StartError> {
        let state = HostState::new(
            self.imports.clone(),
            LinearMemory::new(self.imports.metrics.instance_memory.clone()),
        );
        self.imports.metrics.instances_started.inc();
        Instance::new(&self.auth, state).await
    }
}

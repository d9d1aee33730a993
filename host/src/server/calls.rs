//! The service's functions for components of the embedder's own, which import its interfaces.
//!
//! Arguments and answers are handed on as they are, whatever the functions: a new one needs nothing here.

use super::{Server, shared::Shared};
use futures::{FutureExt as _, future::BoxFuture};
use std::sync::Arc;
use wasmtime::component::{
    Accessor, ComponentExportIndex, Linker, Val,
    types::{Component, ComponentItem},
};

/// The most that is handed to the service for one call, in bytes.
const ARGUMENTS: usize = 64 * 1024;

/// An interface of the service. `wit/world.wit` says who may link which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// `accounts`.
    Accounts,
    /// `audit`.
    Audit,
    /// `keys`.
    Keys,
    /// `mail`.
    Mail,
    /// `sessions`.
    Sessions,
    /// `sessions-read`.
    SessionsRead,
    /// `token-signing`.
    TokenSigning,
}

impl Interface {
    const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "mana:auth/accounts@0.1.0",
            Self::Audit => "mana:auth/audit@0.1.0",
            Self::Keys => "mana:auth/keys@0.1.0",
            Self::Mail => "mana:auth/mail@0.1.0",
            Self::Sessions => "mana:auth/sessions@0.1.0",
            Self::SessionsRead => "mana:auth/sessions-read@0.1.0",
            Self::TokenSigning => "mana:auth/token-signing@0.1.0",
        }
    }
}

/// Calls the service's functions in the name of components of the embedder's own. Cheap to clone.
#[derive(Clone)]
pub struct Calls {
    shared: Arc<Shared>,
}

impl Server {
    /// The service's functions, for components that the embedder runs beside it.
    ///
    /// ```no_run
    /// # fn link(server: mana_auth::Server) -> wasmtime::Result<()> {
    /// use mana_auth::{Calls, Interface};
    /// use wasmtime::component::Linker;
    ///
    /// // What a store of the embedder's holds says what its component may call.
    /// struct State {
    ///     auth: Calls,
    /// }
    /// let mut linker = Linker::<State>::new(&wasmtime::Engine::default());
    /// server.calls().add_to_linker(&mut linker, &[Interface::Sessions], |state| &state.auth)?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn calls(&self) -> Calls {
        Calls { shared: self.shared.clone() }
    }
}

impl Calls {
    /// Satisfies these imports of other components, whose stores hold what they call by. The store's is to be of the same
    /// server, or of one of the same version.
    ///
    /// A call that has no answer in time, or finds the service too busy, is answered `unavailable`. One with more than 64 KiB of
    /// arguments is a trap of the caller.
    ///
    /// # Errors
    ///
    /// Where something else satisfies one of them already.
    pub fn add_to_linker<T: Send + 'static>(
        &self,
        linker: &mut Linker<T>,
        interfaces: &[Interface],
        calls: fn(&T) -> &Self,
    ) -> wasmtime::Result<()> {
        let component = self.shared.workers.component();
        for interface in interfaces {
            let Some((of_interface, functions)) = functions(component, *interface) else { continue };
            let mut instance = linker.instance(interface.name())?;
            for name in functions {
                let Some(function) = component.get_export_index(Some(&of_interface), &name) else { continue };
                instance.func_new_concurrent(
                    &name,
                    move |accessor: &Accessor<T>, _, arguments, answer| {
                        let calls = accessor.with(|mut access| calls(access.data_mut()).clone());
                        forward(calls, function, arguments.to_vec(), answer)
                    },
                )?;
            }
        }
        Ok(())
    }
}

/// An interface's place among the component's exports, and the names of its functions.
fn functions(
    component: &wasmtime::component::Component,
    interface: Interface,
) -> Option<(ComponentExportIndex, Vec<String>)> {
    let (engine, all): (_, Component) = (component.engine(), component.component_type());
    let ComponentItem::ComponentInstance(found) = all.get_export(engine, interface.name())?.ty else {
        return None;
    };
    let functions =
        found.exports(engine).filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)));
    let names = functions.map(|(name, _)| name.to_owned()).collect();
    Some((component.get_export_index(None, interface.name())?, names))
}

fn forward(
    calls: Calls,
    function: ComponentExportIndex,
    arguments: Vec<Val>,
    answer: &mut [Val],
) -> BoxFuture<'_, wasmtime::Result<()>> {
    async move {
        if arguments.iter().map(size).sum::<usize>() > ARGUMENTS {
            return Err(wasmtime::format_err!("more than {ARGUMENTS} bytes of arguments"));
        }
        let results = answer.len();
        let called =
            calls.shared.call_in_time("a call of another component has no answer", move |accessor, _| {
                async move {
                    let mut results = vec![Val::Bool(false); results];
                    let function = accessor.with(|mut access| {
                        let instance = access.data_mut().instance();
                        instance.and_then(|instance| instance.get_func(&mut access, function))
                    });
                    let function = function.ok_or_else(|| wasmtime::format_err!("no such function"))?;
                    function.call_concurrent(accessor, &arguments, &mut results).await?;
                    Ok(results)
                }
                .boxed()
            });
        let results = called.await.unwrap_or_else(|| vec![unavailable(); results]);
        for (to, from) in answer.iter_mut().zip(results) {
            *to = from;
        }
        Ok(())
    }
    .boxed()
}

/// What every function of these interfaces can answer.
fn unavailable() -> Val {
    Val::Result(Err(Some(Box::new(Val::Variant("unavailable".to_owned(), None)))))
}

/// How much a value holds, in bytes.
fn size(value: &Val) -> usize {
    let all = |values: &[Val]| values.iter().map(size).fold(0, usize::saturating_add);
    let inner = |value: &Option<Box<Val>>| value.as_deref().map_or(0, size);
    let held = match value {
        Val::String(text) => text.len(),
        Val::List(values) | Val::Tuple(values) => all(values),
        Val::Record(members) => members.iter().map(|(_, value)| size(value)).sum(),
        Val::Variant(_, value) | Val::Option(value) | Val::Result(Ok(value) | Err(value)) => inner(value),
        _ => 0,
    };
    held.saturating_add(size_of::<Val>())
}

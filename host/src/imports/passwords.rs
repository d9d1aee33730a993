//! `mana:auth/passwords` over the embedder's [`Passwords`].

use super::{Limit, State};
use crate::{
    bindings::mana::auth::passwords as wit,
    passwords::{Behalf, Error, Estimate, Parameters, Passwords, Verdict},
};
use std::sync::Arc;
use wasmtime::component::{Accessor, HasData, Linker};

/// What the import needs.
#[derive(Clone)]
pub(crate) struct PasswordsCtx {
    pub(crate) passwords: Arc<dyn Passwords>,
    pub(crate) limit: Limit,
}

impl PasswordsCtx {
    pub(crate) fn view(&mut self) -> PasswordsView<'_> {
        PasswordsView(self)
    }
}

/// The import, for the time of one call.
pub(crate) struct PasswordsView<'a>(&'a PasswordsCtx);

struct HasPasswords;

impl HasData for HasPasswords {
    type Data<'a> = PasswordsView<'a>;
}

pub(crate) fn add_to_linker(
    linker: &mut Linker<State>,
    view: fn(&mut State) -> PasswordsView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<State, HasPasswords>(linker, view)
}

impl wit::Host for PasswordsView<'_> {}

/// Whatever takes too long is `busy`: nothing was changed.
impl<T: 'static> wit::HostWithStore<T> for HasPasswords {
    async fn strength(
        accessor: &Accessor<T, Self>,
        password: String,
        hints: Vec<String>,
        behalf: Behalf,
    ) -> wasmtime::Result<Result<Estimate, Error>> {
        let PasswordsCtx { passwords, limit } = context(accessor);
        Ok(limit.of(passwords.strength(password, hints, behalf)).await.unwrap_or(Err(Error::Busy)))
    }

    async fn hash(
        accessor: &Accessor<T, Self>,
        password: String,
        parameters: Parameters,
        behalf: Behalf,
    ) -> wasmtime::Result<Result<String, Error>> {
        let PasswordsCtx { passwords, limit } = context(accessor);
        Ok(limit.of(passwords.hash(password, parameters, behalf)).await.unwrap_or(Err(Error::Busy)))
    }

    async fn verify(
        accessor: &Accessor<T, Self>,
        password: String,
        encoded: Option<String>,
        current: Parameters,
        behalf: Behalf,
    ) -> wasmtime::Result<Result<Verdict, Error>> {
        let PasswordsCtx { passwords, limit } = context(accessor);
        let verdict = limit.of(passwords.verify(password, encoded, current, behalf)).await;
        Ok(verdict.unwrap_or(Err(Error::Busy)))
    }
}

fn context<T: 'static>(accessor: &Accessor<T, HasPasswords>) -> PasswordsCtx {
    accessor.with(|mut access| access.get().0.clone())
}

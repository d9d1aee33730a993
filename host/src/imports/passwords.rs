//! `mana:auth/passwords` over the embedder's [`Passwords`].

use super::limit::Limit;
use crate::{
    bindings::mana::auth::passwords as wit,
    passwords::{Behalf, Error, Estimate, Parameters, Passwords, Verdict},
};
use std::sync::Arc;
use wasmtime::component::{Accessor, HasData, Linker};

/// What the import needs.
#[derive(Clone)]
pub struct PasswordsCtx {
    pub(super) passwords: Arc<dyn Passwords>,
    pub(super) limit: Limit,
}

impl PasswordsCtx {
    /// Over a pool of threads that hash. A call that takes longer than `limit` says is `busy`.
    #[must_use]
    pub fn new(passwords: Arc<dyn Passwords>, limit: Limit) -> Self {
        Self { passwords, limit }
    }

    /// The import, for the time of one call.
    pub fn view(&mut self) -> PasswordsView<'_> {
        PasswordsView(self)
    }
}

/// The import, for the time of one call.
pub struct PasswordsView<'a>(&'a PasswordsCtx);

struct HasPasswords;

impl HasData for HasPasswords {
    type Data<'a> = PasswordsView<'a>;
}

/// Satisfies the import of any component whose store's state leads to it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mana_auth::{clock::SystemClock, imports::{Limit, passwords::{self, PasswordsCtx}}, passwords::{LiveRequests, Pool, PoolOptions}, random::SystemRandom};
/// use std::{sync::Arc, time::Duration};
/// use wasmtime::{Engine, component::Linker};
///
/// struct State {
///     passwords: PasswordsCtx,
/// }
///
/// let pool = Pool::start(PoolOptions::default(), Arc::new(SystemRandom), LiveRequests::default())?;
/// let limit = Limit::new(Duration::from_secs(15), Arc::new(SystemClock::default()));
/// let state = State { passwords: PasswordsCtx::new(Arc::new(pool), limit) };
/// let mut linker = Linker::<State>::new(&Engine::default());
/// passwords::add_to_linker(&mut linker, |state| state.passwords.view())?;
/// # drop(state);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Where something else satisfies it already.
pub fn add_to_linker<T: Send + 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> PasswordsView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, HasPasswords>(linker, view)
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
        beside: Option<String>,
        behalf: Behalf,
    ) -> wasmtime::Result<Result<String, Error>> {
        let PasswordsCtx { passwords, limit } = context(accessor);
        let hash = limit.of(passwords.hash(password, parameters, beside, behalf)).await;
        Ok(hash.unwrap_or(Err(Error::Busy)))
    }

    async fn verify(
        accessor: &Accessor<T, Self>,
        password: String,
        encoded: Vec<Option<String>>,
        current: Parameters,
        behalf: Behalf,
    ) -> wasmtime::Result<Result<Vec<Result<Verdict, Error>>, Error>> {
        let PasswordsCtx { passwords, limit } = context(accessor);
        let verdicts = limit.of(passwords.verify(password, encoded, current, behalf)).await;
        Ok(verdicts.unwrap_or(Err(Error::Busy)))
    }

    async fn supports(accessor: &Accessor<T, Self>, encoded: String) -> wasmtime::Result<Result<(), Error>> {
        Ok(context(accessor).passwords.supports(&encoded))
    }
}

fn context<T: 'static>(accessor: &Accessor<T, HasPasswords>) -> PasswordsCtx {
    accessor.with(|mut access| access.get().0.clone())
}

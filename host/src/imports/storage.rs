//! `mana:auth/storage` over the embedder's [`Storage`].

use super::limit::Limit;
use crate::{
    bindings::mana::auth::storage as wit,
    metrics::{Metrics, StatementKind},
    storage::{Dialect, Error, Rows, Statement, Storage, Value},
};
use std::sync::Arc;
use wasmtime::component::{Accessor, HasData, Linker};

/// What the import needs.
#[derive(Clone)]
pub struct StorageCtx {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) limit: Limit,
    pub(super) metrics: Arc<Metrics>,
}

impl StorageCtx {
    /// Over a database. A call that takes longer than `limit` says is `busy`, or its outcome unknown.
    #[must_use]
    pub fn new(storage: Arc<dyn Storage>, limit: Limit) -> Self {
        Self { storage, limit, metrics: Arc::new(Metrics::new()) }
    }

    /// The import, for the time of one call.
    pub fn view(&mut self) -> StorageView<'_> {
        StorageView(self)
    }
}

/// The import, for the time of one call.
pub struct StorageView<'a>(&'a StorageCtx);

struct HasStorage;

impl HasData for HasStorage {
    type Data<'a> = StorageView<'a>;
}

/// Satisfies the import of any component whose store's state leads to it.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mana_auth::{clock::SystemClock, imports::{Limit, storage::{self, StorageCtx}}, storage::{Sqlite, SqliteOptions}};
/// use std::{path::PathBuf, sync::Arc, time::Duration};
/// use wasmtime::{Engine, component::Linker};
///
/// struct State {
///     storage: StorageCtx,
/// }
///
/// let clock = Arc::new(SystemClock::default());
/// let database = Sqlite::open(SqliteOptions::new(PathBuf::from("auth.db")), clock.clone())?;
/// let limit = Limit::new(Duration::from_secs(5), clock);
/// let state = State { storage: StorageCtx::new(Arc::new(database), limit) };
/// let mut linker = Linker::<State>::new(&Engine::default());
/// storage::add_to_linker(&mut linker, |state| state.storage.view())?;
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
    view: fn(&mut T) -> StorageView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, HasStorage>(linker, view)
}

impl wit::Host for StorageView<'_> {}

impl<T: 'static> wit::HostWithStore<T> for HasStorage {
    async fn spoken(accessor: &Accessor<T, Self>) -> wasmtime::Result<Dialect> {
        Ok(context(accessor).storage.dialect())
    }

    /// A query that takes too long is `busy`: reading again does no harm.
    async fn query(
        accessor: &Accessor<T, Self>,
        sql: String,
        params: Vec<Value>,
    ) -> wasmtime::Result<Result<Rows, Error>> {
        let StorageCtx { storage, limit, metrics } = context(accessor);
        metrics.statements(StatementKind::Query, 1);
        Ok(limit.of(storage.query(&sql, params)).await.unwrap_or(Err(Error::Busy)))
    }

    /// A batch that takes too long runs on to its end, and nobody here knows which.
    async fn transact(
        accessor: &Accessor<T, Self>,
        statements: Vec<Statement>,
    ) -> wasmtime::Result<Result<Vec<u64>, Error>> {
        let StorageCtx { storage, limit, metrics } = context(accessor);
        metrics.statements(StatementKind::Change, u64::try_from(statements.len()).unwrap_or(u64::MAX));
        Ok(limit.of(storage.transact(statements)).await.unwrap_or(Err(Error::OutcomeUnknown)))
    }
}

fn context<T: 'static>(accessor: &Accessor<T, HasStorage>) -> StorageCtx {
    accessor.with(|mut access| access.get().0.clone())
}

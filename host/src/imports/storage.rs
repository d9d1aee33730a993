//! `mana:auth/storage` over the embedder's [`Storage`].

use super::{Limit, State};
use crate::{
    bindings::mana::auth::storage as wit,
    metrics::{Metrics, StatementKind},
    storage::{Dialect, Error, Rows, Statement, Storage, Value},
};
use std::sync::Arc;
use wasmtime::component::{Accessor, HasData, Linker};

/// What the import needs.
#[derive(Clone)]
pub(crate) struct StorageCtx {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) limit: Limit,
    pub(crate) metrics: Arc<Metrics>,
}

impl StorageCtx {
    pub(crate) fn view(&mut self) -> StorageView<'_> {
        StorageView(self)
    }
}

/// The import, for the time of one call.
pub(crate) struct StorageView<'a>(&'a StorageCtx);

struct HasStorage;

impl HasData for HasStorage {
    type Data<'a> = StorageView<'a>;
}

pub(crate) fn add_to_linker(
    linker: &mut Linker<State>,
    view: fn(&mut State) -> StorageView<'_>,
) -> wasmtime::Result<()> {
    wit::add_to_linker::<State, HasStorage>(linker, view)
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

//! PostgreSQL behind the trait: a pool that reads, one connection that writes, one that polls for what was invalidated.
//!
//! ```text
//! transact ──▶ queue ──▶ writer: BEGIN, the lock of all nodes, a savepoint per batch │ one COMMIT for all ──▶ answers
//! query ─────▶ a connection of the pool
//! check ─────▶ poller: one query for all who came before it was sent ──▶ view
//! ```

mod alone;
mod complaints;
mod connections;
mod copy_in;
mod copy_out;
mod errors;
mod group;
mod open_error;
mod pipeline;
mod poller;
mod session;
mod tls;
mod url;
mod values;
mod writer;

pub use copy_in::{CopyIn, CopyInError};
pub use copy_out::CopyOutError;
pub(crate) use copy_out::copy_out;
pub use open_error::PostgresError;
pub use url::{PostgresUrl, PostgresUrlProblem};

use super::{
    Dialect, Error, Rows, Statement, Storage, Value,
    bounds::{Answer, check_size},
    counts::Counts,
    queue::{Queue, queue},
};
use crate::{clock::Clock, invalidations::Invalidations, random::Random};
use async_trait::async_trait;
use complaints::Complaints;
use connections::{Connections, IDLE, close};
use deadpool_postgres::Object;
use futures::{
    TryStreamExt as _,
    future::{Either, select},
};
use mana_auth_sql::numbered_with_dollar;
use poller::Poller;
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use values::{Parameter, columns};
use writer::Writer;

/// How long a caller waits for an answer. Longer than the server's own bounds.
const LIMIT: Duration = Duration::from_secs(10);

/// Batches that may wait for the writer.
const QUEUE: usize = 256;

/// A database on a server. Any number of nodes may use it at once.
pub struct Postgres {
    readers: Connections,
    queue: Queue,
    poller: Arc<Poller>,
    closing: JoinHandle<()>,
    clock: Arc<dyn Clock>,
    counts: Arc<Counts>,
}

impl Postgres {
    /// Connects. At most so many connections read at once. What is known of invalidations may be as old as `bound`. Needs tokio's runtime.
    ///
    /// # Errors
    ///
    /// Where the server can't be reached, or is no primary.
    pub async fn open(
        url: &PostgresUrl,
        readers: usize,
        bound: Duration,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, PostgresError> {
        let complaints = Complaints::new(clock.clone());
        let of = |most| Connections::new(url, most, &complaints);
        let (readers, writing) = (of(readers)?, of(1)?);
        drop(readers.one().await?);
        let counts = Arc::new(Counts::default());
        let (queue, jobs) = queue(QUEUE);
        let writer = Writer::new(writing, clock.clone(), random, counts.clone());
        tokio::spawn(writer.serve(jobs));
        let poller = Poller::start(of(1)?, bound, clock.clone());
        let closing = tokio::spawn(close_idle(readers.clone(), clock.clone()));
        Ok(Self { readers, queue, poller, closing, clock, counts })
    }

    /// What changes in the table `invalidations` of this database, by whatever node.
    #[must_use]
    pub fn invalidations(&self) -> Arc<dyn Invalidations> {
        Arc::clone(&self.poller) as Arc<dyn Invalidations>
    }

    /// What has been executed so far, for the metrics.
    #[must_use]
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    async fn read(&self, sql: &str, params: &[Parameter]) -> Result<Rows, Error> {
        let in_use = InUse(Some(self.readers.get().await?));
        let Some(connection) = &in_use.0 else { return Err(Error::Unavailable) };
        let outcome = if self.readers.keeps_statements() {
            select_prepared(connection, sql, params).await
        } else {
            select_typed(connection, sql, params).await
        };
        match outcome {
            Ok(rows) => {
                in_use.keep();
                Ok(rows)
            }
            Err(Stopped::ByServer(error)) => {
                let error = errors::typed(0, &error, self.readers.complaints());
                if matches!(error, Error::Rejected(_) | Error::Conflict(_)) {
                    in_use.keep();
                }
                Err(error)
            }
            Err(Stopped::Here(error)) => Err(error),
        }
    }
}

#[async_trait]
impl Storage for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        self.counts.query();
        let (sql, params) =
            (numbered_with_dollar(sql), params.into_iter().map(Parameter).collect::<Vec<_>>());
        let read = async {
            match self.read(&sql, &params).await {
                // The server may have closed a connection that waited in the pool.
                Err(Error::Unavailable) => self.read(&sql, &params).await,
                outcome => outcome,
            }
        };
        match select(pin!(read), self.clock.sleep(LIMIT)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Error::Unavailable),
        }
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        check_size(&statements)?;
        self.queue.commit(statements, self.clock.as_ref(), LIMIT).await
    }
}

/// A connection in use. It is closed unless it is kept: whoever gives up, or fails, must leave no statement behind that runs on.
struct InUse(Option<Object>);

impl InUse {
    /// Gives it back.
    fn keep(mut self) {
        drop(self.0.take());
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            close(connection);
        }
    }
}

async fn close_idle(readers: Connections, clock: Arc<dyn Clock>) {
    loop {
        clock.sleep(IDLE).await;
        readers.close_idle();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.closing.abort();
    }
}

enum Stopped {
    ByServer(tokio_postgres::Error),
    Here(Error),
}

async fn select_prepared(connection: &Object, sql: &str, params: &[Parameter]) -> Result<Rows, Stopped> {
    let prepared = connection.prepare_cached(sql).await.map_err(Stopped::ByServer)?;
    let found = connection.query_raw(&prepared, params).await.map_err(Stopped::ByServer)?;
    collect(found).await
}

async fn select_typed(connection: &Object, sql: &str, params: &[Parameter]) -> Result<Rows, Stopped> {
    let typed = params.iter().map(|param| (param, param.own_type()));
    let found = connection.query_typed_raw(sql, typed).await.map_err(Stopped::ByServer)?;
    collect(found).await
}

async fn collect(found: tokio_postgres::RowStream) -> Result<Rows, Stopped> {
    let (mut found, mut rows, mut answer) = (pin!(found), Vec::new(), Answer::default());
    while let Some(row) = found.try_next().await.map_err(Stopped::ByServer)? {
        let values = columns(&row).map_err(Stopped::Here)?;
        values.iter().try_for_each(|value| answer.hold(value)).map_err(Stopped::Here)?;
        rows.push(values);
    }
    Ok(Rows { rows })
}

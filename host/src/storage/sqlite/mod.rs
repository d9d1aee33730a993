//! SQLite behind the trait: one writer on a thread of its own, readers on the threads that ask.
//!
//! ```text
//! transact ──▶ queue ──▶ writer thread: BEGIN IMMEDIATE, a savepoint per batch, one COMMIT for all ──▶ answers
//! query ─────▶ reader of the calling thread ─ too slow ─▶ reader on a blocking thread
//! ```

mod batch;
mod change_watcher;
mod copy;
mod errors;
mod file;
mod open;
mod reader;
mod values;
mod wal_index;
mod writer;

pub use copy::{CopyError, copy, copy_file, ensure_free, hold, replace};
pub use file::DatabaseFile;
pub(crate) use open::read_only;
pub use open::{OpenError, SqliteOptions, cut_log};

use super::{Dialect, Error, Rows, Statement, Storage, Value, bounds::check_size, counts::Counts};
use crate::{clock::Clock, invalidations::Invalidations};
use async_trait::async_trait;
use change_watcher::ChangeWatcher;
use futures::future::{Either, select};
use reader::Readers;
use std::sync::Arc;
use std::time::Duration;
use writer::Writer;

/// A database in one file. Any number of processes may have it open at once.
///
/// It wants to be used within a tokio runtime. Dropping it waits until every batch that was handed over has
/// been committed or refused.
pub struct Sqlite {
    // Dropped in this order: the writer's connection is the last, so that closing it empties the log.
    readers: Readers,
    writer: Writer,
    clock: Arc<dyn Clock>,
    limit: Duration,
    counts: Arc<Counts>,
    watcher: Arc<ChangeWatcher>,
    file: DatabaseFile,
}

impl Sqlite {
    /// Opens the database and makes the file, for its owner alone, where there is none. Blocks for as long as
    /// that takes.
    ///
    /// # Errors
    ///
    /// When the file can't be made, opened or written, or is no database.
    pub fn open(options: SqliteOptions, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let counts = Arc::new(Counts::default());
        let options = options.prepare()?;
        let writer = Writer::start(&options, Arc::clone(&counts))?;
        let file = DatabaseFile::of(&options.path)
            .map_err(|source| OpenError::Create { path: options.path.clone(), source })?;
        let limit = options.limit;
        let options = Arc::new(options);
        let watcher = ChangeWatcher::new(Arc::clone(&options), file.clone(), Arc::clone(&clock));
        let watcher = Arc::new(watcher);
        Ok(Self { readers: Readers::new(options), writer, clock, limit, counts, watcher, file })
    }

    /// What changes in the table `invalidations` of this database, by whatever process.
    #[must_use]
    pub fn invalidations(&self) -> Arc<dyn Invalidations> {
        Arc::clone(&self.watcher) as Arc<dyn Invalidations>
    }

    /// The file that was opened.
    #[must_use]
    pub const fn file(&self) -> &DatabaseFile {
        &self.file
    }

    /// What has been executed so far, for the metrics.
    #[must_use]
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// The future's output, or none when the limit of an import passes first.
    async fn within_limit<T>(&self, future: impl Future<Output = T> + Unpin) -> Option<T> {
        match select(future, self.clock.sleep(self.limit)).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(((), _)) => None,
        }
    }
}

#[async_trait]
impl Storage for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        self.counts.query();
        match self.readers.query_here(sql, &params) {
            Some(answer) => answer,
            None => {
                let answer = self.readers.query_elsewhere(sql.to_owned(), params)?;
                self.within_limit(answer).await.and_then(Result::ok).unwrap_or(Err(Error::Unavailable))
            }
        }
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        check_size(&statements)?;
        self.writer.queue()?.commit(statements, self.clock.as_ref(), self.limit).await
    }
}

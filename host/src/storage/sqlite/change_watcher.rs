//! Keeps a [`View`] of the table `invalidations` that is never behind.
//!
//! Before each answer, the header of the WAL index is compared with that as of which the view is complete: every commit changes it, in this
//! process or another. Only where it differs, or can't be read, a connection asks SQLite the same (`PRAGMA data_version`), and reads the
//! new rows. Once a second it does so in any case.

use super::{
    file::DatabaseFile,
    open::{self, SqliteOptions},
    wal_index::{Header, WalIndex},
};
use crate::{
    clock::Clock,
    invalidations::{Freshness, Invalidations, Position, View, view::Row},
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _};
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

/// How many subjects are remembered.
const SUBJECTS: usize = 65_536;

/// How long the header alone is believed.
const BELIEVED: Duration = Duration::from_secs(1);

/// The view, and connections to look through.
pub(super) struct ChangeWatcher {
    options: Arc<SqliteOptions>,
    file: DatabaseFile,
    clock: Arc<dyn Clock>,
    index: Option<WalIndex>,
    seen: RwLock<Seen>,
    idle: Mutex<Vec<Watch>>,
}

/// What was seen so far.
struct Seen {
    view: View,
    /// As of which header the view is complete, and when SQLite itself was asked last.
    header: Option<(Header, Duration)>,
}

/// A connection, and the version of the data that it saw last. Versions of two connections can't be compared.
struct Watch {
    connection: Connection,
    seen: Option<i64>,
}

impl ChangeWatcher {
    /// Of a database that is open, and in WAL mode.
    pub(super) fn new(options: Arc<SqliteOptions>, file: DatabaseFile, clock: Arc<dyn Clock>) -> Self {
        let index = WalIndex::open(&options).inspect_err(|error| {
            tracing::warn!(%error, "the WAL index can't be read: SQLite is asked at each request");
        });
        let seen = RwLock::new(Seen { view: View::new(SUBJECTS), header: None });
        Self { options, file, clock, index: index.ok(), seen, idle: Mutex::default() }
    }

    fn look(&self, subjects: &[String], as_of: Position) -> rusqlite::Result<Freshness> {
        // Read before the rows are: what is committed meanwhile changes it once more.
        let header = self.index.as_ref().and_then(WalIndex::header);
        let now = self.clock.elapsed();
        {
            let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
            if seen.is_complete_as_of(header, now) {
                return Ok(seen.view.answer(subjects, as_of));
            }
        }
        if self.file.is_detached() {
            return Ok(Freshness::Unknown);
        }
        self.ask_sqlite()?;
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.header = header.map(|header| (header, now));
        Ok(seen.view.answer(subjects, as_of))
    }

    /// Makes the view complete as of now.
    fn ask_sqlite(&self) -> rusqlite::Result<()> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut watch = match idle {
            Some(watch) => watch,
            None => Watch { connection: open::watcher(&self.options, Duration::ZERO)?, seen: None },
        };
        let version = watch.version()?;
        if watch.seen != Some(version) {
            // What is committed meanwhile changes the version once more.
            watch.catch_up(&mut self.seen.write().unwrap_or_else(PoisonError::into_inner).view)?;
            watch.seen = Some(version);
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(watch);
        Ok(())
    }
}

impl Seen {
    /// Whether the view has everything that was committed before this header was read.
    fn is_complete_as_of(&self, header: Option<Header>, now: Duration) -> bool {
        self.header.is_some_and(|(seen, asked)| Some(seen) == header && now.saturating_sub(asked) < BELIEVED)
    }
}

#[async_trait]
impl Invalidations for ChangeWatcher {
    /// Always answers, since a look takes a microsecond. If the look fails, the freshness is unknown.
    fn peek(&self, subjects: &[String], as_of: Position) -> Option<Freshness> {
        Some(self.look(subjects, as_of).unwrap_or(Freshness::Unknown))
    }

    async fn check(&self, subjects: &[String], as_of: Position) -> Freshness {
        self.peek(subjects, as_of).unwrap_or(Freshness::Unknown)
    }
}

impl Watch {
    fn version(&self) -> rusqlite::Result<i64> {
        self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
    }

    /// Reads what the view does not know yet, as of one moment.
    fn catch_up(&self, view: &mut View) -> rusqlite::Result<()> {
        let moment = self.connection.unchecked_transaction()?;
        let given = self.given()?;
        let room = u64::try_from(view.capacity()).unwrap_or(u64::MAX);
        if given.saturating_sub(view.last()) > room {
            self.begin(view, given - room)?;
        }
        let rows = self.rows(view.last())?;
        if !view.learn(given, rows) {
            tracing::error!("another database stands in the place of this one: restart the service");
            self.begin(view, given)?;
            view.distrust();
        }
        moment.finish()
    }

    fn begin(&self, view: &mut View, from: u64) -> rusqlite::Result<()> {
        let sql = "SELECT nonce FROM lineages WHERE position <= ?1 ORDER BY position DESC LIMIT 1";
        let newest: Option<String> =
            self.connection.prepare_cached(sql)?.query_row([whole(from)], |row| row.get(0)).optional()?;
        view.begin_at(from, newest.as_deref());
        Ok(())
    }

    /// The newest id that was ever given.
    fn given(&self) -> rusqlite::Result<u64> {
        let sql = "SELECT coalesce(max(last), 0) FROM positions";
        self.connection.prepare_cached(sql)?.query_row([], id)
    }

    fn rows(&self, from: u64) -> rusqlite::Result<Vec<Row>> {
        let sql = "SELECT id, subject FROM invalidations WHERE id >= ?1 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_map([whole(from)], |row| Ok(Row { id: id(row)?, subject: subject(row)? }))?.collect()
    }
}

/// A subject that is not UTF-8 is about nobody. It must not prevent the other rows from being read.
fn subject(row: &rusqlite::Row<'_>) -> rusqlite::Result<String> {
    let bytes = row.get_ref(1)?.as_bytes().unwrap_or_default();
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

fn whole(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// Ids are never negative: SQLite gives them from 1.
fn id(row: &rusqlite::Row<'_>) -> rusqlite::Result<u64> {
    row.get::<_, i64>(0).map(|id| u64::try_from(id).unwrap_or(0))
}

//! Keeps a [`View`] of the table `invalidations` that is never behind.
//!
//! Before each answer, SQLite is asked whether anybody (this process or another) has committed since this connection
//! last looked (`PRAGMA data_version`, which reads shared memory and no page). Only then are the new rows read.

use super::open::{self, SqliteOptions};
use crate::invalidations::{Answer, Invalidations, Position, View, view::Row};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _};
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

/// How many subjects are remembered.
const SUBJECTS: usize = 65_536;

/// The view, and connections to look through.
pub(super) struct Lookout {
    options: Arc<SqliteOptions>,
    view: RwLock<View>,
    idle: Mutex<Vec<Eye>>,
}

/// A connection, and the version of the data that it saw last. Versions of two connections can't be compared.
struct Eye {
    connection: Connection,
    seen: Option<i64>,
}

impl Lookout {
    pub(super) fn new(options: Arc<SqliteOptions>) -> Self {
        Self { options, view: RwLock::new(View::new(SUBJECTS)), idle: Mutex::default() }
    }

    fn look(&self, subjects: &[String], as_of: Position) -> rusqlite::Result<Answer> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut eye = match idle {
            Some(eye) => eye,
            None => Eye { connection: open::lookout(&self.options, Duration::ZERO)?, seen: None },
        };
        let version = eye.version()?;
        if eye.seen != Some(version) {
            // What is committed meanwhile changes the version once more.
            eye.catch_up(&self.view)?;
            eye.seen = Some(version);
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(eye);
        Ok(self.view.read().unwrap_or_else(PoisonError::into_inner).answer(subjects, as_of))
    }
}

#[async_trait]
impl Invalidations for Lookout {
    /// Always tells, since it takes a few microseconds. What can't be looked up is unknown.
    fn peek(&self, subjects: &[String], as_of: Position) -> Option<Answer> {
        Some(self.look(subjects, as_of).unwrap_or(Answer::Unknown))
    }

    async fn check(&self, subjects: &[String], as_of: Position) -> Answer {
        self.peek(subjects, as_of).unwrap_or(Answer::Unknown)
    }
}

impl Eye {
    fn version(&self) -> rusqlite::Result<i64> {
        self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
    }

    /// Reads what the view does not know yet, as of one moment.
    fn catch_up(&self, view: &RwLock<View>) -> rusqlite::Result<()> {
        let mut view = view.write().unwrap_or_else(PoisonError::into_inner);
        let moment = self.connection.unchecked_transaction()?;
        let given = self.given()?;
        let room = u64::try_from(view.capacity()).unwrap_or(u64::MAX);
        if given.saturating_sub(view.last()) > room {
            self.begin(&mut view, given - room)?;
        }
        let rows = self.rows(view.last())?;
        if !view.learn(given, rows) {
            tracing::error!("another database stands in the place of this one: restart the service");
            self.begin(&mut view, given)?;
            view.distrust();
        }
        moment.finish()
    }

    fn begin(&self, view: &mut View, from: u64) -> rusqlite::Result<()> {
        let sql = "SELECT nonce FROM starts WHERE position <= ?1 ORDER BY position DESC LIMIT 1";
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
        statement.query_map([whole(from)], |row| Ok(Row { id: id(row)?, subject: row.get(1)? }))?.collect()
    }
}

fn whole(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// Ids are never negative: SQLite gives them from 1.
fn id(row: &rusqlite::Row<'_>) -> rusqlite::Result<u64> {
    row.get::<_, i64>(0).map(|id| u64::try_from(id).unwrap_or(0))
}

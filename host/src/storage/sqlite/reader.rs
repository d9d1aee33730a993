//! Reads, on the thread that asks: by primary key they take 20 µs, less than handing them over would.
//!
//! A query that turns out to be long, or meets a lock, is stopped after a bounded number of steps and run again
//! on a blocking thread, so that it never holds up the other requests of its worker.

use super::open::{self, SqliteOptions};
use super::{errors, values};
use crate::storage::{Error, Rows, Value, bounds::rejected};
use rusqlite::{Connection, ErrorCode};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Steps of SQLite's virtual machine between two looks at the budget.
const STEPS: i32 = 1000;

/// The connections that read.
pub(super) struct Readers {
    here: Lane,
    elsewhere: Arc<Lane>,
}

impl Readers {
    pub(super) fn new(options: Arc<SqliteOptions>) -> Self {
        let (quick, slow) = (options.read_budget, options.slow_read_budget);
        let busy_timeout = options.busy_timeout;
        Self {
            here: Lane::new(Arc::clone(&options), options.readers, quick, Duration::ZERO),
            elsewhere: Arc::new(Lane::new(Arc::clone(&options), options.slow_readers, slow, busy_timeout)),
        }
    }

    /// The answer, if it can be had quickly on this thread.
    pub(super) fn query_here(&self, sql: &str, params: &[Value]) -> Option<Result<Rows, Error>> {
        let _permit = self.here.permits.try_acquire().ok()?;
        match self.here.query(sql, params) {
            Err(Stopped::Slow | Stopped::Failed(Error::Busy)) => None,
            Err(Stopped::Failed(error)) => Some(Err(error)),
            Ok(rows) => Some(Ok(rows)),
        }
    }

    /// The answer, from another thread.
    pub(super) fn query_elsewhere(
        &self,
        sql: String,
        params: Vec<Value>,
    ) -> Result<JoinHandle<Result<Rows, Error>>, Error> {
        let lane = Arc::clone(&self.elsewhere);
        let permit = Arc::clone(&lane.permits).try_acquire_owned().map_err(|_| Error::Busy)?;
        Ok(tokio::task::spawn_blocking(move || {
            let answer = lane.query(&sql, &params);
            drop(permit);
            answer.map_err(|stopped| match stopped {
                Stopped::Slow => {
                    tracing::error!(sql, "a query took too long and was stopped");
                    Error::Unavailable
                }
                Stopped::Failed(error) => error,
            })
        }))
    }
}

/// Connections with the same bounds. There are never more than permits.
struct Lane {
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Reader>>,
    options: Arc<SqliteOptions>,
    budget: u32,
    busy_timeout: Duration,
}

struct Reader {
    connection: Connection,
    /// Thousands of steps that the running query has left.
    left: Arc<AtomicU32>,
}

/// Why a query has no answer.
enum Stopped {
    Slow,
    Failed(Error),
}

impl Lane {
    fn new(options: Arc<SqliteOptions>, size: usize, budget: u32, busy_timeout: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(size));
        Self { permits, idle: Mutex::default(), options, budget, busy_timeout }
    }

    /// Runs a query on an idle connection or a new one. The caller holds a permit.
    fn query(&self, sql: &str, params: &[Value]) -> Result<Rows, Stopped> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.options, self.busy_timeout)
                .map_err(|error| Stopped::Failed(errors::of_control(&error)))?,
        };
        let answer = reader.query(sql, params, self.budget);
        // A connection that could not reach the file is closed, a new one may.
        if !matches!(answer, Err(Stopped::Failed(Error::Unavailable))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        answer
    }
}

impl Reader {
    fn open(options: &SqliteOptions, busy_timeout: Duration) -> rusqlite::Result<Self> {
        let mut connection = open::reader(options, busy_timeout)?;
        let left = Arc::new(AtomicU32::new(0));
        let handle = Arc::clone(&left);
        connection.progress_handler(
            STEPS,
            Some(move || handle.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err()),
        )?;
        Ok(Self { connection, left })
    }

    fn query(&self, sql: &str, params: &[Value], budget: u32) -> Result<Rows, Stopped> {
        self.left.store(budget, Relaxed);
        let mut prepared =
            self.connection.prepare_cached(sql).map_err(|error| stopped(&error, errors::of_prepare))?;
        if !prepared.readonly() {
            return Err(Stopped::Failed(rejected(0, "a query can't change anything")));
        }
        values::bind(&mut prepared, 0, params).map_err(Stopped::Failed)?;
        values::collect(prepared.raw_query())
            .map_err(|error| stopped(&error, errors::of_run))?
            .map_err(Stopped::Failed)
    }
}

fn stopped(error: &rusqlite::Error, classify: fn(u32, &rusqlite::Error) -> Error) -> Stopped {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => Stopped::Slow,
        _ => Stopped::Failed(classify(0, error)),
    }
}

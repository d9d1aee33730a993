//! Opening the database, and what every connection to it is told.

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// Statements that each connection keeps prepared: more than the component has.
const STATEMENTS: usize = 256;
/// Pages that each connection keeps, in KiB. The operating system keeps the rest.
const CACHE_KIB: i32 = 4096;
/// The log is cut back to this many bytes once a burst of writes is over.
const LOG_BYTES: i32 = 64 << 20;
/// Attempts to switch a new file to a write-ahead log while others do the same.
const WAL_ATTEMPTS: u32 = 5;

/// Where the database is, and its bounds.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The file. Its directory must exist.
    pub path: PathBuf,
    /// How long to wait for another process that writes, before `busy`.
    pub busy_timeout: Duration,
    /// How long a caller waits for an answer, before `busy` where its batch was still queued, else
    /// `outcome-unknown` (or `unavailable` for a query). Longer than `busy_timeout`.
    pub limit: Duration,
    /// Batches that may wait for the writer, before `busy`.
    pub queue: usize,
    /// Queries that may run at once on the threads of their callers. Further ones count as slow.
    pub readers: usize,
    /// Slow queries that may run at once on threads of their own, before `busy`.
    pub slow_readers: usize,
    /// Steps of SQLite's virtual machine, in thousands, after which a query is stopped and run again as a slow one.
    /// A thousand take about 20 µs where the pages are in memory.
    pub read_budget: u32,
    /// Steps, in thousands, after which a slow query is stopped for good: `unavailable`.
    pub slow_read_budget: u32,
    /// The size, in pages of 4 KiB, past which the disk counts as full. None: the real disk's.
    pub max_page_count: Option<u32>,
}

impl SqliteOptions {
    /// The usual bounds.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            busy_timeout: Duration::from_secs(3),
            limit: Duration::from_secs(10),
            queue: 256,
            readers: 16,
            slow_readers: 4,
            read_budget: 100,
            slow_read_budget: 100_000,
            max_page_count: None,
        }
    }

    /// Makes the file where there is none, and its path absolute, so that no path means something else to SQLite
    /// (`:memory:`).
    pub(super) fn prepare(mut self) -> Result<Self, OpenError> {
        // Only ever a new file: closing one that a connection of this process has open would drop its locks
        // (https://sqlite.org/howtocorrupt.html, 2.2). SQLite gives its -wal and -shm the same mode.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(OpenError::Create { path: self.path, source }),
        }
        match self.path.canonicalize() {
            Ok(path) => Ok(Self { path, ..self }),
            Err(source) => Err(OpenError::Create { path: std::mem::take(&mut self.path), source }),
        }
    }
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no file, and none can be made.
    #[error("can't create the database {path}: {source}")]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// There is a file of another kind.
    #[error("{path} is not a SQLite database")]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file system can't share memory between processes, as a write-ahead log needs it.
    #[error("can't keep a write-ahead log beside {path}: is it on a network file system?")]
    NoLog {
        /// The file.
        path: PathBuf,
    },
    /// It can't be read or written, or another process keeps it locked.
    #[error("can't open the database {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// There is no thread for the writer.
    #[error("can't start the thread that writes the database: {0}")]
    Thread(io::Error),
}

/// The connection that writes, and the switch that says whose statements it prepares.
pub(super) struct WriterConnection {
    pub(super) connection: Connection,
    /// On while the statements are a caller's, who may not end the transaction they share.
    pub(super) fenced: Arc<AtomicBool>,
}

/// Opens the connection that writes, and makes sure that the file is a database with a write-ahead log.
pub(super) fn writer(options: &SqliteOptions) -> Result<WriterConnection, OpenError> {
    let fenced = Arc::new(AtomicBool::new(false));
    match try_writer(options, &fenced) {
        Ok(Some(connection)) => Ok(WriterConnection { connection, fenced }),
        Ok(None) => Err(OpenError::NoLog { path: options.path.clone() }),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(OpenError::NotADatabase { path: options.path.clone() })
        }
        Err(source) => Err(OpenError::Open { path: options.path.clone(), source }),
    }
}

/// Opens a connection that reads.
pub(super) fn reader(options: &SqliteOptions, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let mut connection = connect(options, busy_timeout)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.authorizer(Some(fence))?;
    Ok(connection)
}

/// Empties the log beside the database, which holds what pages held before they were overwritten. Whether it could be: not while
/// somebody reads an older state.
///
/// # Errors
///
/// Where the file can't be opened.
pub fn cut_log(path: &Path) -> Result<bool, OpenError> {
    let options = SqliteOptions::new(path).prepare()?;
    let cut = || {
        let connection = connect(&options, options.busy_timeout)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
    };
    match cut() {
        Ok(busy) => Ok(busy == 0),
        Err(source) => Err(OpenError::Open { path: options.path.clone(), source }),
    }
}

/// Opens a file to read it alone. With `immutable`, as if nobody could write it: a log beside it is not looked for.
///
/// # Errors
///
/// Where it can't be opened.
pub fn read_only(path: &Path, immutable: bool) -> rusqlite::Result<Connection> {
    let immutable = if immutable { "&immutable=1" } else { "" };
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("file:{path}?mode=ro{immutable}"), flags)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Opens a connection that looks for changes. No statement of a caller's ever reaches it.
pub(super) fn watcher(options: &SqliteOptions, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let connection = connect(options, busy_timeout)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn try_writer(options: &SqliteOptions, fenced: &Arc<AtomicBool>) -> rusqlite::Result<Option<Connection>> {
    let mut connection = connect(options, options.busy_timeout)?;
    if !switch_to_wal(&connection)? {
        return Ok(None);
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    // What is deleted is overwritten: an erased person's details are not to be found in free space.
    connection.pragma_update(None, "secure_delete", true)?;
    if let Some(pages) = options.max_page_count {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    let fenced = Arc::clone(fenced);
    connection.authorizer(Some(
        move |context: AuthContext<'_>| {
            if fenced.load(Relaxed) { fence(context) } else { Authorization::Allow }
        },
    ))?;
    Ok(Some(connection))
}

fn connect(options: &SqliteOptions, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&options.path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    // "text" in double quotes is an identifier, as in PostgreSQL, and never silently a string.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // The plan of a prepared statement does not depend on what is bound to it: otherwise this build of SQLite (with
    // STAT4) compiles every statement anew each time it runs, which takes several times as long as running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // What can't be answered can't be stored either, nor made by `zeroblob` in a single step.
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, crate::storage::bounds::MAX_BYTES as i32)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    // No memory map: a disk error within one would be a signal that ends the process, not an error.
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// The switch needs the file for itself for a moment and does not wait for it, so when another process is just
/// opening it too, we wait our turn and try again.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<bool> {
    let mut attempts = 1;
    loop {
        let mode =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Err(error) if is_busy(&error) && attempts < WAL_ATTEMPTS => {
                attempts += 1;
                connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
            }
            other => return other.map(|mode| mode == "wal"),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Keeps a caller's statements to rows and tables: transactions, settings and other files are ours.
fn fence(context: AuthContext<'_>) -> Authorization {
    match context.action {
        // SQLite itself reads it for `ALTER TABLE … ADD COLUMN` with a constraint.
        AuthAction::Pragma { pragma_name: "quick_check", .. } => Authorization::Allow,
        AuthAction::Transaction { .. }
        | AuthAction::Savepoint { .. }
        | AuthAction::Pragma { .. }
        | AuthAction::Attach { .. }
        | AuthAction::Detach { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthContext, Authorization, SqliteOptions, reader, writer};
    use std::time::Duration;

    #[test]
    fn every_connection_is_told_what_it_must_be() {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(directory.path().join("auth.db")).prepare().unwrap();
        let writer = writer(&options).unwrap().connection;
        let mut reader = reader(&options, Duration::ZERO).unwrap();
        // The fence would refuse the questions.
        reader.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).unwrap();
        for (pragma, of_writer, of_reader) in [
            ("journal_mode", "wal", "wal"),
            ("synchronous", "2", "2"),
            ("foreign_keys", "1", "1"),
            ("secure_delete", "1", "0"),
            ("trusted_schema", "0", "0"),
            ("query_only", "0", "1"),
            ("busy_timeout", "3000", "0"),
            ("mmap_size", "0", "0"),
            ("temp_store", "2", "2"),
        ] {
            let ask = |connection: &rusqlite::Connection| -> String {
                let value = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
                match connection.pragma_query_value(None, pragma, value).unwrap() {
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Text(text) => text,
                    other => panic!("{pragma} is {other:?}"),
                }
            };
            assert_eq!((ask(&writer).as_str(), ask(&reader).as_str()), (of_writer, of_reader), "{pragma}");
        }
    }
}

//! A database in a directory of its own, and short words for what tests say to it.

use async_trait::async_trait;
use mana_auth::clock::{Clock, SystemClock};
use mana_auth::storage::{Error, Sqlite, SqliteOptions, Statement, Storage, Value};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub const SCHEMA: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER) STRICT";

pub struct Database {
    pub sqlite: Arc<Sqlite>,
    pub path: PathBuf,
    // Dropped last.
    pub directory: TempDir,
}

/// A database with the table `t`, the usual bounds and a clock on which no limit passes.
pub async fn database() -> Database {
    database_with(|_| {}, Arc::new(Still)).await
}

pub async fn database_with(change: impl FnOnce(&mut SqliteOptions), clock: Arc<dyn Clock>) -> Database {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("auth.db");
    let mut options = SqliteOptions::new(&path);
    change(&mut options);
    let sqlite = Arc::new(Sqlite::open(options, clock).unwrap());
    sqlite.transact(vec![change_of(SCHEMA, [])]).await.unwrap();
    Database { sqlite, path, directory }
}

impl Database {
    pub async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        self.sqlite.transact(statements).await
    }

    pub async fn query(&self, sql: &str) -> Result<Vec<Vec<Value>>, Error> {
        self.sqlite.query(sql, Vec::new()).await.map(|answer| answer.rows)
    }

    pub async fn number(&self, sql: &str) -> i64 {
        match self.query(sql).await.unwrap().as_slice() {
            [row] => match row.as_slice() {
                [Value::Integer(number)] => *number,
                other => panic!("{other:?} is no number"),
            },
            other => panic!("{other:?} is not one row"),
        }
    }

    /// Keeps the writer waiting until the returned connection says ROLLBACK or is dropped.
    pub fn lock(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        connection
    }
}

/// A statement that may affect any number of rows.
pub fn change_of(sql: &str, params: impl IntoIterator<Item = Value>) -> Statement {
    Statement { sql: sql.to_owned(), params: params.into_iter().collect(), expect: None }
}

/// A statement that must affect `rows` rows.
pub fn expect(rows: u64, sql: &str, params: impl IntoIterator<Item = Value>) -> Statement {
    Statement { expect: Some(rows), ..change_of(sql, params) }
}

pub fn insert(id: i64, name: &str) -> Statement {
    change_of("INSERT INTO t (id, name) VALUES (?1, ?2)", [Value::Integer(id), text(name)])
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A clock on which nothing ever times out.
pub struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> u64 {
        0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }
}

/// A clock on which whatever is waited for has passed as soon as `until` returns.
pub struct Passing<F>(pub F);

#[async_trait]
impl<F: Fn() + Send + Sync + 'static> Clock for Passing<F> {
    fn now(&self) -> u64 {
        0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _: Duration) {
        (self.0)();
    }
}

/// The operating system's clock.
pub fn real_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::default())
}

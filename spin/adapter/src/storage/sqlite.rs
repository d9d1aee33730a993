//! SQLite: the application's database `default`.
//!
//! Each `open` is a connection of its own (Spin 4.1), so a transaction is one connection's, and dropping the
//! connection rolls back what was not committed: an instance that ends leaves nothing half done.

use super::{
    errors::{Meaning, meaning},
    transaction::{self, Session},
};
use crate::bindings::storage::{Conflict, Error, Rejection, Statement, Value};
use mana_auth_sql::changes_rows;
use spin_sdk::sqlite::{self as spin, Connection};
use std::cell::Cell;

/// How often a lock is asked for. Each time SQLite itself waits up to five seconds (Spin 4.1).
const ATTEMPTS: u32 = 2;
/// The most that an answer may hold, in bytes.
const ANSWER: usize = 8 * 1024 * 1024;

thread_local! {
    static PREPARED: Cell<bool> = const { Cell::new(false) };
}

pub async fn query(sql: &str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, Error> {
    let database = open().await?;
    let params: Vec<_> = params.into_iter().map(parameter).collect();
    for _ in 1..ATTEMPTS {
        match run(&database, sql, params.clone(), 0).await {
            Err(Error::Busy) => {}
            answer => return answer,
        }
    }
    run(&database, sql, params, 0).await
}

pub async fn transact(statements: &[Statement]) -> Result<Vec<u64>, Error> {
    transaction::commit(ATTEMPTS, async || Ok(Writer(open_writer().await?)), statements).await
}

async fn open_writer() -> Result<Connection, Error> {
    let database = open().await?;
    execute(&database, "PRAGMA foreign_keys = ON").await?;
    Ok(database)
}

struct Writer(Connection);

impl Session for Writer {
    /// Takes the write lock at once, so that nothing read within the transaction can change before it commits.
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    async fn execute(&self, sql: &str, params: Vec<Value>, position: u32) -> Result<u64, Error> {
        run(&self.0, sql, params.into_iter().map(parameter).collect(), position).await?;
        // `changes` is that of the last statement that changes rows; others leave it as it was.
        Ok(if changes_rows(sql) { self.0.changes().await } else { 0 })
    }

    /// In this process, an error says that it did not happen.
    fn after_commit(error: Error) -> Error {
        error
    }
}

async fn open() -> Result<Connection, Error> {
    let database = Connection::open_default().await.map_err(|error| typed(error, 0))?;
    if !PREPARED.get() {
        // Readers then hold up no writer. It is a property of the file; asking once in each instance is enough.
        execute(&database, "PRAGMA journal_mode = WAL").await?;
        PREPARED.set(true);
    }
    Ok(database)
}

async fn execute(database: &Connection, sql: &str) -> Result<(), Error> {
    run(database, sql, vec![], 0).await.map(drop)
}

async fn run(
    database: &Connection,
    sql: &str,
    params: Vec<spin::Value>,
    position: u32,
) -> Result<Vec<Vec<Value>>, Error> {
    let mut answer = database.execute(sql, params).await.map_err(|error| typed(error, position))?;
    let (mut rows, mut size) = (Vec::new(), 0_usize);
    // The result comes only after every row was taken (Spin 4.1 waits for ever otherwise).
    while let Some(row) = answer.next().await {
        size = row.values.iter().map(weight).fold(size, usize::saturating_add);
        if size > ANSWER {
            return Err(rejected(position, format!("the answer holds more than {ANSWER} bytes")));
        }
        rows.push(row.values.into_iter().map(value).collect());
    }
    answer.result().await.map_err(|error| typed(error, position))?;
    Ok(rows)
}

fn weight(value: &spin::Value) -> usize {
    match value {
        spin::Value::Text(text) => text.len(),
        spin::Value::Blob(bytes) => bytes.len(),
        _ => size_of::<spin::Value>(),
    }
}

fn parameter(value: Value) -> spin::Value {
    match value {
        Value::Null => spin::Value::Null,
        Value::Boolean(flag) => spin::Value::Integer(flag.into()),
        Value::Integer(number) | Value::Timestamp(number) => spin::Value::Integer(number),
        Value::Text(text) => spin::Value::Text(text),
        Value::Blob(bytes) => spin::Value::Blob(bytes),
    }
}

/// No column of ours holds a real number; one that did would not be what its reader takes it for.
fn value(value: spin::Value) -> Value {
    match value {
        spin::Value::Null => Value::Null,
        spin::Value::Integer(number) => Value::Integer(number),
        spin::Value::Real(number) => Value::Text(number.to_string()),
        spin::Value::Text(text) => Value::Text(text),
        spin::Value::Blob(bytes) => Value::Blob(bytes),
    }
}

fn typed(error: spin::Error, statement: u32) -> Error {
    match error {
        spin::Error::Io(words) => match meaning(&words) {
            Meaning::Conflict(constraint) => {
                Error::Conflict(Conflict { statement, constraint: constraint.to_owned() })
            }
            Meaning::Busy => Error::Busy,
            Meaning::Unavailable => Error::Unavailable,
            Meaning::Rejected => rejected(statement, words),
        },
        spin::Error::DatabaseFull
        | spin::Error::NoSuchDatabase
        | spin::Error::AccessDenied
        | spin::Error::InvalidConnection => Error::Unavailable,
    }
}

fn rejected(statement: u32, message: String) -> Error {
    Error::Rejected(Rejection { statement, message })
}

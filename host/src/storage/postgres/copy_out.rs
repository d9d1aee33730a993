//! Tables as they are at one moment, in a private file of SQLite: whatever reads a database without a server reads that.

use super::{
    connections::Connections,
    open_error::{PostgresError, words},
    url::PostgresUrl,
    values,
};
use crate::storage::Value;
use deadpool_postgres::Object;
use futures::TryStreamExt as _;
use rusqlite::{Connection, params_from_iter, types::Value as InSqlite};
use std::pin::pin;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyOutError {
    /// There is no connection.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// A table can't be read.
    #[error("the database can't be read: {}", words(.0))]
    Read(#[from] tokio_postgres::Error),
    /// A value is of a type that no table of ours has.
    #[error("the database can't be read: {0}")]
    Value(String),
    /// The copy can't be written.
    #[error("the copy can't be written: {0}")]
    Write(#[from] rusqlite::Error),
}

/// Copies tables, each with the columns that tell its rows apart. The file has no name, and goes with the connection.
///
/// # Errors
///
/// See [`CopyOutError`].
pub(crate) async fn copy_out(url: &PostgresUrl, tables: &[(&str, &str)]) -> Result<Connection, CopyOutError> {
    let connection = Connections::of_command(url, 1)?.one().await?;
    let copy = Connection::open("")?;
    copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
    // However many rows there are.
    connection
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0")
        .await?;
    for (table, key) in tables {
        copy_table(&connection, &copy, table, key).await?;
    }
    connection.batch_execute("COMMIT").await?;
    Ok(copy)
}

async fn copy_table(from: &Object, to: &Connection, table: &str, key: &str) -> Result<(), CopyOutError> {
    let select = from.prepare(&format!("SELECT * FROM {table}")).await?;
    let columns: Vec<String> =
        select.columns().iter().map(|column| format!("\"{}\"", column.name())).collect();
    let places = vec!["?"; columns.len()].join(", ");
    to.execute_batch(&format!("CREATE TABLE {table} ({}); BEGIN", columns.join(", ")))?;
    {
        let mut insert = to.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
        let mut rows = pin!(from.query_raw(&select, std::iter::empty::<i64>()).await?);
        while let Some(row) = rows.try_next().await? {
            let found = values::columns(&row).map_err(|error| CopyOutError::Value(format!("{error:?}")))?;
            insert.execute(params_from_iter(found.into_iter().map(in_sqlite)))?;
        }
    }
    to.execute_batch(&format!("COMMIT; CREATE INDEX {table}_key ON {table} ({key})"))?;
    Ok(())
}

/// A value, as SQLite has it.
fn in_sqlite(value: Value) -> InSqlite {
    match value {
        Value::Null => InSqlite::Null,
        Value::Boolean(flag) => InSqlite::Integer(flag.into()),
        Value::Integer(number) | Value::Timestamp(number) => InSqlite::Integer(number),
        Value::Text(text) => InSqlite::Text(text),
        Value::Blob(bytes) => InSqlite::Blob(bytes),
    }
}

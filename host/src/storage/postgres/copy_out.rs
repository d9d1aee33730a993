//! Tables as they are at one moment, in a private file of SQLite: whatever reads a database without a server reads that.

use super::{
    connections::Connections,
    error::{PostgresError, words},
    url::PostgresUrl,
};
use deadpool_postgres::Object;
use futures::TryStreamExt as _;
use rusqlite::{Connection, params_from_iter, types::Value};
use std::pin::pin;
use tokio_postgres::{Row, types::Type};

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyOutError {
    /// There is no connection.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// A table can't be read.
    #[error("the database can't be read: {}", words(.0))]
    Read(#[from] tokio_postgres::Error),
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
            let values: Vec<Value> = (0..row.len()).map(|at| value(&row, at)).collect::<Result<_, _>>()?;
            insert.execute(params_from_iter(values))?;
        }
    }
    to.execute_batch(&format!("COMMIT; CREATE INDEX {table}_key ON {table} ({key})"))?;
    Ok(())
}

/// The types that the schema has.
fn value(row: &Row, at: usize) -> Result<Value, tokio_postgres::Error> {
    let kind = row.columns().get(at).map(|column| column.type_().clone());
    let read = match kind {
        Some(Type::BOOL) => row.try_get::<_, Option<bool>>(at)?.map(|flag| Value::Integer(flag.into())),
        Some(Type::TEXT) => row.try_get::<_, Option<String>>(at)?.map(Value::Text),
        Some(Type::BYTEA) => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Blob),
        _ => row.try_get::<_, Option<i64>>(at)?.map(Value::Integer),
    };
    Ok(read.unwrap_or(Value::Null))
}

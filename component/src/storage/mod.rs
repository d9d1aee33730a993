//! The import `storage`, in this crate's types.

mod condition;
pub mod dialect;
pub mod migrate;
mod row;
mod watched;

pub use crate::bindings::mana::auth::storage::{Conflict, Error, Rejection, Statement, Value};
pub use condition::Condition;
pub use dialect::{Dialect, as_bytes, blob_of, bytes_of};
pub use row::{Columns, FromValue, LossyUtf8, Utf8};

use crate::{
    bindings::mana::auth::storage,
    error::{Bug, Failure},
};

/// Reads every row, each through `read`.
///
/// # Errors
///
/// Where storage fails, or a row isn't what `read` takes it for.
pub async fn query<T>(
    sql: &str,
    params: Vec<Value>,
    mut read: impl FnMut(&mut Columns) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let answer = storage::query(sql.to_owned(), params).await?;
    answer.rows.into_iter().map(|row| read(&mut Columns::new(row))).collect()
}

/// Reads the first row, if there is one.
///
/// # Errors
///
/// As [`query`].
pub async fn query_one<T>(
    sql: &str,
    params: Vec<Value>,
    read: impl FnMut(&mut Columns) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    Ok(query(sql, params, read).await?.into_iter().next())
}

/// SQL for a count, cut to 0…2⁴⁰: adding to a number that somebody else wrote must not overflow.
#[must_use]
pub fn countable(column: &str) -> String {
    const MOST: i64 = 1 << 40;
    format!("CASE WHEN {column} < 0 THEN 0 WHEN {column} > {MOST} THEN {MOST} ELSE {column} END")
}

/// A statement that may affect any number of rows.
#[must_use]
pub fn statement(sql: &str, params: Vec<Value>) -> Statement {
    Statement { sql: sql.to_owned(), params, expect: None }
}

/// A statement that must affect exactly one row, or the whole change fails with [`Error::Unmet`].
#[must_use]
pub fn expecting_one(sql: &str, params: Vec<Value>) -> Statement {
    Statement { sql: sql.to_owned(), params, expect: Some(1) }
}

/// Commits statements as one, and tells how many rows each affected.
///
/// # Errors
///
/// Nothing was changed, unless the error is [`Error::OutcomeUnknown`].
pub async fn transact(statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
    storage::transact(statements).await
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Busy => Self::Overloaded,
            Error::Unavailable | Error::OutcomeUnknown => Self::StorageUnavailable,
            Error::Rejected(rejection) => Self::Bug(Bug::Rejected(rejection.message)),
            Error::Conflict(conflict) => Self::Bug(Bug::Conflict(conflict.constraint)),
            Error::Unmet(_) => Self::Bug(Bug::Missing("a row that a statement expected")),
        }
    }
}

/// Parameters of a statement, each by its own type.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::storage::Value::from($value)),*] };
}

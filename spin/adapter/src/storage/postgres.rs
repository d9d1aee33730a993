//! PostgreSQL, at the address in the variable `database_url`.
//!
//! Spin pools connections and does not roll back what is left open on one (4.1): every path here ends its
//! transaction, and none begins on another's. A failure before COMMIT changed nothing; one after it was asked for may have.

use super::{
    placeholders::numbered_with_dollar,
    transaction::{self, Session},
};
use crate::bindings::storage::{Conflict, Error, Rejection, Statement, Value};
use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _};
use spin_sdk::pg::{Connection, DbError, DbValue, Error as SdkError, ParameterValue, PgError, QueryError};

/// How often a batch is tried that others got in the way of (SQLSTATE 40001, 40P01).
const ATTEMPTS: u32 = 5;
/// The most that an answer may hold, in bytes.
const ANSWER: usize = 8 * 1024 * 1024;

pub async fn query(url: &str, sql: &str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, Error> {
    let database = open(url).await?;
    let params: Vec<_> = params.into_iter().map(parameter).collect();
    let answer = database.query(numbered_with_dollar(sql), params).await;
    let mut answer = answer.map_err(|error| sdk(error, 0))?;
    let (mut rows, mut size) = (Vec::new(), 0_usize);
    while let Some(row) = answer.rows().next().await {
        size = row.iter().map(weight).fold(size, usize::saturating_add);
        if size > ANSWER {
            return Err(rejected(0, format!("the answer holds more than {ANSWER} bytes")));
        }
        rows.push(row.into_iter().map(value).collect::<Result<Vec<_>, _>>()?);
    }
    answer.result().await.map_err(|error| sdk(error, 0))?;
    Ok(rows)
}

pub async fn transact(url: &str, statements: &[Statement]) -> Result<Vec<u64>, Error> {
    transaction::commit(ATTEMPTS, async || Ok(Pooled(open(url).await?)), statements).await
}

struct Pooled(Connection);

impl Session for Pooled {
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

    async fn execute(&self, sql: &str, params: Vec<Value>, position: u32) -> Result<u64, Error> {
        let params: Vec<_> = params.into_iter().map(parameter).collect();
        self.0.execute(numbered_with_dollar(sql), params).await.map_err(|error| sdk(error, position))
    }

    /// The connection may have been lost before COMMIT arrived, or after.
    fn after_commit(error: Error) -> Error {
        if matches!(error, Error::Unavailable) { Error::OutcomeUnknown } else { error }
    }
}

/// A connection of the pool's. An instance that ended in the middle may have left a transaction open on it, which
/// the next COMMIT would make true.
async fn open(url: &str) -> Result<Connection, Error> {
    let database = Connection::open(url).await.map_err(|error| sdk(error, 0))?;
    database.execute("ROLLBACK", vec![]).await.map_err(|error| sdk(error, 0))?;
    Ok(database)
}

fn sdk(error: SdkError, statement: u32) -> Error {
    match error {
        SdkError::Decode(words) => rejected(statement, words),
        SdkError::PgError(PgError::ConnectionFailed(_)) => Error::Unavailable,
        SdkError::PgError(PgError::QueryFailed(QueryError::DbError(error))) => database(error, statement),
        // Spin says so of a connection that broke in the middle.
        SdkError::PgError(PgError::QueryFailed(QueryError::Text(_)) | PgError::Other(_)) => {
            Error::Unavailable
        }
        SdkError::PgError(PgError::BadParameter(words) | PgError::ValueConversionFailed(words)) => {
            rejected(statement, words)
        }
    }
}

/// By SQLSTATE (PostgreSQL's appendix A).
fn database(error: DbError, statement: u32) -> Error {
    match error.code.as_str() {
        "23505" | "23503" => {
            let constraint = error.extras.into_iter().find(|(name, _)| name == "constraint");
            Error::Conflict(Conflict {
                statement,
                constraint: constraint.map(|(_, name)| name).unwrap_or_default(),
            })
        }
        "40001" | "40P01" | "55P03" => Error::Busy,
        // Read only; and the classes for lost connections, lack of room, and an operator at work.
        "25006" => Error::Unavailable,
        code if ["08", "53", "57"].iter().any(|class| code.starts_with(class)) => Error::Unavailable,
        _ => rejected(statement, error.message),
    }
}

fn rejected(statement: u32, message: String) -> Error {
    Error::Rejected(Rejection { statement, message })
}

fn parameter(value: Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Boolean(flag) => ParameterValue::Boolean(flag),
        Value::Integer(number) => ParameterValue::Int64(number),
        Value::Text(text) => ParameterValue::Str(text),
        Value::Blob(bytes) => ParameterValue::Binary(bytes),
        Value::Timestamp(milliseconds) => datetime(milliseconds),
    }
}

/// Spin's `timestamp` has no fractions of a second; its `datetime`, in UTC, has.
fn datetime(milliseconds: i64) -> ParameterValue {
    let Some(time) = DateTime::from_timestamp_millis(milliseconds) else { return ParameterValue::DbNull };
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    ParameterValue::Datetime((
        time.year(),
        small(time.month()),
        small(time.day()),
        small(time.hour()),
        small(time.minute()),
        small(time.second()),
        time.nanosecond(),
    ))
}

fn value(value: DbValue) -> Result<Value, Error> {
    Ok(match value {
        DbValue::DbNull => Value::Null,
        DbValue::Boolean(flag) => Value::Boolean(flag),
        DbValue::Int8(number) => Value::Integer(number.into()),
        DbValue::Int16(number) => Value::Integer(number.into()),
        DbValue::Int32(number) => Value::Integer(number.into()),
        DbValue::Int64(number) => Value::Integer(number),
        DbValue::Str(text) | DbValue::Uuid(text) | DbValue::Decimal(text) => Value::Text(text),
        DbValue::Jsonb(bytes) => Value::Text(String::from_utf8_lossy(&bytes).into_owned()),
        DbValue::Binary(bytes) => Value::Blob(bytes),
        DbValue::Timestamp(seconds) => Value::Timestamp(seconds.saturating_mul(1000)),
        DbValue::Datetime((year, month, day, hour, minute, second, nanosecond)) => {
            let time = NaiveDate::from_ymd_opt(year, month.into(), day.into()).and_then(|date| {
                date.and_hms_nano_opt(hour.into(), minute.into(), second.into(), nanosecond)
            });
            let time = time.ok_or_else(|| rejected(0, "a time that is none".to_owned()))?;
            Value::Timestamp(time.and_utc().timestamp_millis())
        }
        _ => return Err(rejected(0, "a column of a type that is not read here".to_owned())),
    })
}

fn weight(value: &DbValue) -> usize {
    match value {
        DbValue::Str(text) | DbValue::Uuid(text) | DbValue::Decimal(text) => text.len(),
        DbValue::Jsonb(bytes) | DbValue::Binary(bytes) => bytes.len(),
        _ => size_of::<DbValue>(),
    }
}

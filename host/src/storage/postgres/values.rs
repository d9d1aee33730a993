//! Values on their way into PostgreSQL and back.

use crate::storage::{Error, Value, bounds::rejected};
use std::{error::Error as StdError, fmt};
use tokio_postgres::{
    Row,
    types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

/// A parameter, of the type that its statement asks for. Its `Debug` is what the driver logs: it tells nothing.
pub(super) struct Parameter(pub(super) Value);

impl Parameter {
    /// The type, where nobody has asked the server which one it wants.
    pub(super) const fn own_type(&self) -> Type {
        match self.0 {
            Value::Null => Type::UNKNOWN,
            Value::Boolean(_) => Type::BOOL,
            Value::Integer(_) | Value::Timestamp(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Blob(_) => Type::BYTEA,
        }
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A statement asks for another type than it is given.
#[derive(Debug, thiserror::Error)]
#[error("a parameter is no {0}")]
pub(super) struct Mismatch(Type);

impl ToSql for Parameter {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (&self.0, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Boolean(value), &Type::BOOL) => value.to_sql(kind, out),
            (Value::Integer(value) | Value::Timestamp(value), &Type::INT8) => value.to_sql(kind, out),
            (Value::Text(value), &Type::TEXT) => value.to_sql(kind, out),
            (Value::Blob(value), &Type::BYTEA) => value.to_sql(kind, out),
            (_, kind) => Err(Box::new(Mismatch(kind.clone()))),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The columns of a row.
pub(super) fn columns(row: &Row) -> Result<Vec<Value>, Error> {
    (0..row.columns().len()).map(|at| column(row, at)).collect()
}

fn column(row: &Row, at: usize) -> Result<Value, Error> {
    let unreadable = |error: tokio_postgres::Error| rejected(0, format!("column {at}: {error}"));
    let kind = row.columns().get(at).map(|column| column.type_().clone());
    let read = match kind {
        Some(Type::BOOL) => row.try_get::<_, Option<bool>>(at).map(|value| value.map(Value::Boolean)),
        Some(Type::INT8) => row.try_get::<_, Option<i64>>(at).map(|value| value.map(Value::Integer)),
        Some(Type::INT4) => {
            row.try_get::<_, Option<i32>>(at).map(|value| value.map(|number| Value::Integer(number.into())))
        }
        Some(Type::TEXT) => row.try_get::<_, Option<String>>(at).map(|value| value.map(Value::Text)),
        Some(Type::BYTEA) => row.try_get::<_, Option<Vec<u8>>>(at).map(|value| value.map(Value::Blob)),
        other => {
            return Err(rejected(0, format!("column {at} is of a type that is not read here: {other:?}")));
        }
    };
    Ok(read.map_err(unreadable)?.unwrap_or(Value::Null))
}

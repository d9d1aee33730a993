//! Between the values of the interface and those of PostgreSQL.

use mana_auth::storage::Value;
use std::error::Error;
use tokio_postgres::{
    Row,
    types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

/// A parameter, of the type that its statement asks for.
#[derive(Debug)]
pub struct Parameter(pub Value);

impl ToSql for Parameter {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (&self.0, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Boolean(value), &Type::BOOL) => value.to_sql(kind, out),
            (Value::Integer(value) | Value::Timestamp(value), &Type::INT8) => value.to_sql(kind, out),
            (Value::Text(value), &Type::TEXT) => value.to_sql(kind, out),
            (Value::Blob(value), &Type::BYTEA) => value.to_sql(kind, out),
            (value, kind) => Err(format!("{value:?} where the statement asks for {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column of a row.
pub fn column(row: &Row, at: usize) -> Value {
    let read = match *row.columns()[at].type_() {
        Type::BOOL => row.get::<_, Option<bool>>(at).map(Value::Boolean),
        Type::INT8 => row.get::<_, Option<i64>>(at).map(Value::Integer),
        Type::INT4 => row.get::<_, Option<i32>>(at).map(|number| Value::Integer(number.into())),
        Type::TEXT => row.get::<_, Option<String>>(at).map(Value::Text),
        Type::BYTEA => row.get::<_, Option<Vec<u8>>>(at).map(Value::Blob),
        ref other => panic!("a column of type {other}"),
    };
    read.unwrap_or(Value::Null)
}

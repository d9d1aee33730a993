//! Values on their way into SQLite and back.

use super::errors;
use crate::storage::{
    Error, Rows, Value,
    bounds::{Answer, rejected},
};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

/// Binds every parameter of a statement.
pub(super) fn bind(
    prepared: &mut rusqlite::Statement<'_>,
    statement: u32,
    params: &[Value],
) -> Result<(), Error> {
    let (wanted, given) = (prepared.parameter_count(), params.len());
    if wanted != given {
        return Err(rejected(statement, format!("{given} parameters for {wanted} placeholders")));
    }
    for (position, value) in (1_usize..).zip(params) {
        prepared.raw_bind_parameter(position, Parameter(value)).map_err(|e| errors::of_run(statement, &e))?;
    }
    Ok(())
}

/// Collects the rows of a query, as far as an answer goes. The outer error is SQLite's, the inner one ours.
pub(super) fn collect(mut found: rusqlite::Rows<'_>) -> rusqlite::Result<Result<Rows, Error>> {
    let (mut rows, mut answer) = (Vec::new(), Answer::default());
    while let Some(row) = found.next()? {
        // Asked anew: when another process has changed the schema, the first step is when SQLite notices.
        let columns = row.as_ref().column_count();
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            let value = match read(row.get_ref(column)?) {
                Ok(value) => value,
                Err(Unreadable(what)) => return Ok(Err(rejected(0, format!("column {column} {what}")))),
            };
            if let Err(error) = answer.hold(&value) {
                return Ok(Err(error));
            }
            values.push(value);
        }
        rows.push(values);
    }
    Ok(Ok(Rows { rows }))
}

struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Boolean(value) => ValueRef::Integer(i64::from(*value)),
            Value::Integer(value) | Value::Timestamp(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// Why a column can't be read: the end of a sentence about it.
struct Unreadable(&'static str);

fn read(value: ValueRef<'_>) -> Result<Value, Unreadable> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(value) => Ok(Value::Integer(value)),
        ValueRef::Real(_) => Err(Unreadable("holds a floating-point number")),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => Err(Unreadable("holds text that is not UTF-8")),
        },
        ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.to_owned())),
    }
}

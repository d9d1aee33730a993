//! Values of parameters and columns, between the contract and Spin.

use super::errors::rejected;
use crate::bindings::storage::{Error, Value};
use spin_sdk::pg::{DbValue, ParameterValue};

/// The parameter. Times are numbers, as the schema has them.
pub fn parameter(value: Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Boolean(flag) => ParameterValue::Boolean(flag),
        Value::Integer(number) | Value::Timestamp(number) => ParameterValue::Int64(number),
        Value::Text(text) => ParameterValue::Str(text),
        Value::Blob(bytes) => ParameterValue::Binary(bytes),
    }
}

/// A column of the answer.
pub fn value(value: DbValue) -> Result<Value, Error> {
    Ok(match value {
        DbValue::DbNull => Value::Null,
        DbValue::Boolean(flag) => Value::Boolean(flag),
        DbValue::Int8(number) => Value::Integer(number.into()),
        DbValue::Int16(number) => Value::Integer(number.into()),
        DbValue::Int32(number) => Value::Integer(number.into()),
        DbValue::Int64(number) => Value::Integer(number),
        DbValue::Str(text) => Value::Text(text),
        DbValue::Binary(bytes) => Value::Blob(bytes),
        _ => return Err(rejected(0, "a column of a type that is not read here".to_owned())),
    })
}

/// About how many bytes a column takes.
pub fn weight(value: &DbValue) -> usize {
    match value {
        DbValue::Str(text) => text.len(),
        DbValue::Binary(bytes) => bytes.len(),
        _ => size_of::<DbValue>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The column that a parameter comes back as, where its type is the column's.
    fn stored(parameter: ParameterValue) -> DbValue {
        match parameter {
            ParameterValue::Boolean(flag) => DbValue::Boolean(flag),
            ParameterValue::Int64(number) => DbValue::Int64(number),
            ParameterValue::Str(text) => DbValue::Str(text),
            ParameterValue::Binary(bytes) => DbValue::Binary(bytes),
            _ => DbValue::DbNull,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for written in [
            Value::Null,
            Value::Boolean(true),
            Value::Integer(i64::MIN),
            Value::Text("ünï 😀".to_owned()),
            Value::Blob(vec![0, 255]),
        ] {
            let read = value(stored(parameter(written.clone())));
            assert_eq!(format!("{read:?}"), format!("Ok({written:?})"));
        }
        let time = value(stored(parameter(Value::Timestamp(1_700_000_000_123))));
        assert!(matches!(time, Ok(Value::Integer(1_700_000_000_123))));
    }
}

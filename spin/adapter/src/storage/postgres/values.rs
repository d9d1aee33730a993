//! Values of parameters and columns, between the contract and Spin.

use super::errors::rejected;
use crate::bindings::storage::{Error, Value};
use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _};
use spin_sdk::pg::{DbValue, ParameterValue};

/// The parameter; none where it is a time beyond the years that Spin's types hold.
pub fn parameter(value: Value) -> Option<ParameterValue> {
    Some(match value {
        Value::Null => ParameterValue::DbNull,
        Value::Boolean(flag) => ParameterValue::Boolean(flag),
        Value::Integer(number) => ParameterValue::Int64(number),
        Value::Text(text) => ParameterValue::Str(text),
        Value::Blob(bytes) => ParameterValue::Binary(bytes),
        Value::Timestamp(milliseconds) => return datetime(milliseconds),
    })
}

/// Spin's `timestamp` has no fractions of a second; its `datetime`, in UTC, has.
fn datetime(milliseconds: i64) -> Option<ParameterValue> {
    let time = DateTime::from_timestamp_millis(milliseconds)?;
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    Some(ParameterValue::Datetime((
        time.year(),
        small(time.month()),
        small(time.day()),
        small(time.hour()),
        small(time.minute()),
        small(time.second()),
        time.nanosecond(),
    )))
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

/// About how many bytes a column takes.
pub fn weight(value: &DbValue) -> usize {
    match value {
        DbValue::Str(text) | DbValue::Uuid(text) | DbValue::Decimal(text) => text.len(),
        DbValue::Jsonb(bytes) | DbValue::Binary(bytes) => bytes.len(),
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
            ParameterValue::Datetime(time) => DbValue::Datetime(time),
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
            Value::Timestamp(1_700_000_000_123),
            Value::Timestamp(-1),
        ] {
            let read = parameter(written.clone()).map(stored).map(value);
            assert_eq!(format!("{read:?}"), format!("Some(Ok({written:?}))"));
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_not_null() {
        assert!(parameter(Value::Timestamp(i64::MAX)).is_none());
    }
}

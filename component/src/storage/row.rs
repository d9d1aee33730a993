//! Between the values of the database and the types of this crate.

use super::Value;
use crate::{
    error::{Bug, Failure},
    time::Time,
};
use uuid::Uuid;

/// The columns of one row, read from left to right.
pub struct Columns {
    values: std::vec::IntoIter<Value>,
    position: usize,
}

impl Columns {
    pub(super) fn new(row: Vec<Value>) -> Self {
        Self { values: row.into_iter(), position: 0 }
    }

    /// The next column.
    ///
    /// # Errors
    ///
    /// Where there is none, or it holds something else than a `T`.
    pub fn take<T: FromValue>(&mut self) -> Result<T, Failure> {
        let position = self.position;
        self.position = position.saturating_add(1);
        let value = self.values.next().and_then(T::from_value);
        value.ok_or(Failure::Bug(Bug::Column(position)))
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// None where the value is of another kind.
    fn from_value(value: Value) -> Option<Self>;
}

impl FromValue for String {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }
}

/// Text of a column that was read as [bytes](super::bytes_of).
pub struct Utf8(pub String);

impl FromValue for Utf8 {
    fn from_value(value: Value) -> Option<Self> {
        String::from_utf8(Vec::from_value(value)?).ok().map(Self)
    }
}

/// The same of text that is only shown: U+FFFD stands for what is no UTF-8.
pub struct LossyUtf8(pub String);

impl FromValue for LossyUtf8 {
    fn from_value(value: Value) -> Option<Self> {
        Some(Self(String::from_utf8_lossy(&Vec::from_value(value)?).into_owned()))
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Blob(bytes) = value { Some(bytes) } else { None }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value) -> Option<Self> {
        Vec::from_value(value)?.try_into().ok()
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Integer(n) = value { Some(n) } else { None }
    }
}

impl FromValue for u64 {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

impl FromValue for u32 {
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }
}

/// SQLite has no booleans.
impl FromValue for bool {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Boolean(b) => Some(b),
            Value::Integer(n) => Some(n != 0),
            _ => None,
        }
    }
}

/// SQLite has no timestamps.
impl FromValue for Time {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Timestamp(ms) | Value::Integer(ms) => Some(Self(ms)),
            _ => None,
        }
    }
}

/// In the one form that this service writes: the triggers on a row name it as its id stands there, letter by letter.
impl FromValue for Uuid {
    fn from_value(value: Value) -> Option<Self> {
        let text = String::from_value(value)?;
        let id = Self::try_parse(&text).ok()?;
        (*id.hyphenated().encode_lower(&mut Self::encode_buffer()) == *text).then_some(id)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        if matches!(value, Value::Null) { Some(None) } else { T::from_value(value).map(Some) }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Integer(n)
    }
}

/// A number of rows, which no database has more of than an `i64` can hold.
impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Integer(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Self::Integer(n.into())
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Boolean(b)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Timestamp(time.0)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_form() {
        let id = Uuid::from_u128(0xabc);
        let read = |text: String| Uuid::from_value(Value::Text(text));
        assert_eq!(read(id.to_string()), Some(id));
        for other in [id.to_string().to_uppercase(), id.simple().to_string(), id.urn().to_string()] {
            assert_eq!(read(other.clone()), None, "{other}");
        }
    }
}

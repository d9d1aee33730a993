//! How much a batch and an answer may hold.

use super::{Error, Rejection, Statement, Value};

/// The most that one answer or one batch may hold, in bytes as [`size`] counts them.
pub(super) const MAX_BYTES: usize = 8 << 20;

/// Refuses a batch that is too large to queue.
pub(super) fn check_size(statements: &[Statement]) -> Result<(), Error> {
    let mut total = 0_usize;
    for (index, statement) in (0..).zip(statements) {
        let params: usize = statement.params.iter().map(size).sum();
        total = total.saturating_add(statement.sql.len()).saturating_add(params);
        if total > MAX_BYTES {
            return Err(rejected(index, "the batch holds more than 8 MiB"));
        }
    }
    Ok(())
}

/// What an answer holds so far.
#[derive(Default)]
pub(super) struct Answer {
    bytes: usize,
}

impl Answer {
    /// Refuses what is too much.
    pub(super) fn hold(&mut self, value: &Value) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(size(value));
        if self.bytes > MAX_BYTES { Err(rejected(0, "the answer holds more than 8 MiB")) } else { Ok(()) }
    }
}

/// What a value takes in memory: 16 bytes, and the content of a text or blob.
fn size(value: &Value) -> usize {
    16 + match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Null | Value::Boolean(_) | Value::Integer(_) | Value::Timestamp(_) => 0,
    }
}

/// A statement that is refused.
pub(super) fn rejected(statement: u32, message: impl Into<String>) -> Error {
    Error::Rejected(Rejection { statement, message: message.into() })
}

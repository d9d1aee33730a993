//! How somebody proved who they are.

use crate::storage::{FromValue, Value};

/// The methods of a proof, as `amr` names them (RFC 8176): one or more words with blanks between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Methods(String);

impl Methods {
    /// A password.
    #[must_use]
    pub fn password() -> Self {
        Self("pwd".into())
    }

    /// A link or a code that was mailed. No name is registered for it.
    #[must_use]
    pub fn mail() -> Self {
        Self("email".into())
    }

    /// As a row or a cookie holds them.
    #[must_use]
    pub const fn from_row(words: String) -> Self {
        Self(words)
    }

    /// As a row or a cookie holds them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a token names them.
    #[must_use]
    pub fn to_claim(&self) -> Vec<String> {
        self.0.split_ascii_whitespace().map(ToOwned::to_owned).collect()
    }
}

impl FromValue for Methods {
    fn from_value(value: Value) -> Option<Self> {
        String::from_value(value).map(Self)
    }
}

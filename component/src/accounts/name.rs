//! What a person wants to be called.

use crate::text;

/// A name: one line of text (see [`text::line`]) of at most 200 characters; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name(String);

/// In characters.
const LENGTH: usize = 200;

impl Name {
    /// Parses a name as people type it.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        text::line(text, LENGTH).map(Self)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

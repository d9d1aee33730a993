//! Ids of what may have come from elsewhere, such as from the service that an import replaces: opaque text. Only what makes new ones
//! knows a form; nothing is read out of it.

use crate::{
    platform,
    storage::{FromValue, Value},
    time::Time,
};
use std::fmt;

/// In characters.
const LONGEST: usize = 64;

/// What is wrong with text that is no id.
pub const PROBLEM: &str = "must be 1 to 64 letters, digits, `_` and `-`";

/// 1 to 64 of `A` to `Z`, `a` to `z`, `0` to `9`, `_` and `-`. Behind the text are zeros, so that bytes are in the order of texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Text {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Text {
    fn new(now: Time) -> Self {
        let mut bytes = [0; LONGEST];
        let length = platform::new_id(now).hyphenated().encode_lower(&mut bytes).len();
        Self { bytes, length }
    }

    fn parse(text: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if text.is_empty() || !text.bytes().all(is_allowed) {
            return None;
        }
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, length: text.len() })
    }

    fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident;)+) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(Text);

        impl $id {
            /// A new one: a UUIDv7 of this moment.
            #[must_use]
            pub fn new(now: Time) -> Self {
                Self(Text::new(now))
            }

            /// As it is written; none for what can be no id.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Text::parse(text).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromValue for $id {
            fn from_value(value: Value) -> Option<Self> {
                Self::parse(&String::from_value(value)?)
            }
        }

        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Text(id.as_str().to_owned())
            }
        })+
    };
}

ids! {
    /// The id of a user, `sub` in tokens.
    UserId;
    /// The id of a session, `sid` in tokens.
    SessionId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_others_have_made() {
        for text in
            ["a", "KQ7xT0fN2sYbR4mVwE9uJcL1hGz8oPdA", "01a20826-7596-7c7e-afdb-1d0899003eab", &"_".repeat(64)]
        {
            assert_eq!(UserId::parse(text).map(|id| id.to_string()).as_deref(), Some(text));
        }
        for text in ["", " a", "a b", "a/b", "ä", "a\0", &"a".repeat(65)] {
            assert_eq!(UserId::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn ids_are_in_the_order_of_their_texts() {
        let id = |text| SessionId::parse(text).unwrap();
        assert!(id("a") < id("aa") && id("aa") < id("b") && id("A") < id("a"));
    }
}

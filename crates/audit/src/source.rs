//! The source of an event: the component that recorded it.

use std::{fmt, str::FromStr};

/// The longest name, in bytes.
const LONGEST: usize = 64;

/// The name of another component that appends to the audit log: 1 to 64 of `a` to `z`, `0` to `9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source(String);

/// Text that is no [`Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 of a to z, 0 to 9 and -")]
pub struct BadSource;

impl Source {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Source {
    type Err = BadSource;

    fn from_str(text: &str) -> Result<Self, BadSource> {
        let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadSource)
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_short_plain_name() {
        for name in ["a", "billing-2", &"z".repeat(64)] {
            assert_eq!(name.parse::<Source>().map(|source| source.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "Billing", "a b", "a_b", "a.b", "\u{e4}", "a\n", &"z".repeat(65)] {
            assert_eq!(name.parse::<Source>(), Err(BadSource), "{name}");
        }
    }
}

//! Why an attempt is refused.

use crate::{error::Error, time::Span};

/// When to come back where attempts of others are to be decided first.
pub const SHORTLY: Span = Span::seconds(1);

/// Why there is no place for an attempt. Nothing was reserved, and nobody was looked up.
#[derive(Debug)]
pub enum Refused {
    /// Too many attempts failed, for so long.
    Locked(Span),
    /// The client failed too often, for so long.
    Limited(Span),
    /// Other attempts have to be decided first. Nothing was guessed wrong, so this is no event.
    Undecided,
    /// Nobody can tell.
    Failed(Error),
}

impl Refused {
    /// When to come back.
    pub const fn after(&self) -> Span {
        match self {
            Self::Locked(left) | Self::Limited(left) => *left,
            Self::Undecided | Self::Failed(_) => SHORTLY,
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Locked(left) => Self::Locked(left),
            Refused::Limited(left) => Self::RateLimited(left),
            Refused::Undecided => Self::RateLimited(refused.after()),
            Refused::Failed(error) => error,
        }
    }
}

//! Why an attempt gets no place.

use crate::{
    error::{Failure, passes_on},
    time::Span,
};

/// When to come back where attempts of others are to be decided first.
pub const SHORTLY: Span = Span::seconds(1);

/// Why there is no place for an attempt. Nothing was reserved, and nobody was looked up.
#[derive(Clone, Copy, Debug)]
pub enum Throttled {
    /// Too many attempts failed; further ones are refused for so long. Usually somebody guesses, or the owner has forgotten the password.
    Locked(Span),
    /// The client failed or asked too often; further calls are refused for so long. Usually the client is at fault.
    RateLimited(Span),
    /// Other attempts have to be decided first. Nothing was guessed wrong, so this is no event.
    Undecided,
}

impl Throttled {
    /// When to come back.
    #[must_use]
    pub const fn after(self) -> Span {
        match self {
            Self::Locked(left) | Self::RateLimited(left) => left,
            Self::Undecided => SHORTLY,
        }
    }
}

/// Why an attempt gets no place, or a call is not counted.
#[derive(Debug)]
pub enum ThrottleError {
    /// There is none.
    Throttled(Throttled),
    /// Nobody can tell.
    Failed(Failure),
}

passes_on!(ThrottleError: Throttled(Throttled), Failed(Failure));

//! Why an access token is refused.

use crate::error::{Failure, passes_on};
use mana_auth_tokens as codec;

/// Why an access token is refused.
#[derive(Debug)]
pub enum AccessTokenError {
    /// It is no token of this service for this audience.
    Invalid,
    /// It was signed by this service, but with a key that was revoked since, or for somebody else.
    Disowned,
    /// It was one.
    Expired,
    /// It was one, and its session lives on; but the session has had new secrets since, or what it says of the user is no
    /// longer so. The next one that the session gets is right.
    Outdated,
    /// Its session has ended.
    Revoked,
    /// Nothing can be said.
    Failed(Failure),
}

impl AccessTokenError {
    /// In one word, for counters and the log; none where nothing was said about the token.
    #[must_use]
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Invalid | Self::Disowned => Some("invalid"),
            Self::Expired => Some("expired"),
            Self::Outdated => Some("outdated"),
            Self::Revoked => Some("revoked"),
            Self::Failed(_) => None,
        }
    }
}

passes_on!(AccessTokenError: Failed(Failure));

impl From<codec::TokenError> for AccessTokenError {
    fn from(refusal: codec::TokenError) -> Self {
        match refusal {
            codec::TokenError::Expired => Self::Expired,
            // Signed, for us, before the clock was put back.
            codec::TokenError::NotYetValid => Self::Outdated,
            // Looked at once the signature is known to be ours.
            codec::TokenError::WrongIssuer | codec::TokenError::WrongAudience => Self::Disowned,
            _ => Self::Invalid,
        }
    }
}

use crate::unique::Members;
use serde::{Deserialize, Serialize};

/// What an access token says (RFC 7519 §4). Times are seconds since the Unix epoch.
///
/// Claims that are not listed here are ignored when read; each of these is required, once, in its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The user's id, a UUIDv7.
    pub sub: String,
    /// The user's address when the token was issued.
    pub email: String,
    /// Whether the user has shown that the address is theirs.
    pub email_verified: bool,
    /// `user`, `admin` or `service`.
    pub role: String,
    /// The session's id, a UUIDv7.
    pub sid: String,
    /// Who issued the token: the service's public URL.
    pub iss: String,
    /// Whom the token is for. One recipient, never a list.
    pub aud: String,
    /// When the token was issued.
    pub iat: u64,
    /// When the token ceases to be accepted.
    pub exp: u64,
    /// Where in the order of commits it was issued. The service alone can tell whether its session was touched since.
    pub pos: String,
}

impl Claims {
    pub(crate) fn to_payload(&self) -> Vec<u8> {
        // Strings, integers and booleans always serialize. Were it otherwise, the empty payload would be
        // refused by every verifier.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// None unless the payload is a JSON object whose member names are unique (RFC 7519 §4) and which has all
    /// of the claims.
    pub(crate) fn from_payload(payload: &[u8]) -> Option<Self> {
        // serde would also read the claims from an array, and does not mind a member twice that it ignores.
        serde_json::from_slice::<Members>(payload).ok()?;
        serde_json::from_slice(payload).ok()
    }
}

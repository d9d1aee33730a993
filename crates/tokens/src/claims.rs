use crate::{Audience, unique::Members};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What an access token says (RFC 7519 §4). Times are seconds since the Unix epoch.
///
/// Each of the named claims is required, once, in its type. Every other claim is read into `own`, and decides nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The user's id.
    pub sub: String,
    /// The user's address when the token was issued.
    pub email: String,
    /// Whether the user has shown that the address is theirs.
    pub email_verified: bool,
    /// `user`, `admin` or `service`.
    pub role: String,
    /// The session's id.
    pub sid: String,
    /// Who issued the token: the service's public URL.
    pub iss: String,
    /// Whom the token is for.
    pub aud: Audience,
    /// When the token was issued.
    pub iat: u64,
    /// When the token ceases to be accepted.
    pub exp: u64,
    /// Where in the order of commits it was issued. The service alone can tell whether its session was touched since.
    pub pos: String,
    /// When the user last proved who they are (OpenID Connect Core §2); 0 where the token doesn't say.
    #[serde(default)]
    pub auth_time: u64,
    /// By which methods (RFC 8176), such as `pwd`.
    #[serde(default)]
    pub amr: Vec<String>,
    /// Claims of the operator's own, such as a plan, by their names. None of them may have the name of a claim above: the token
    /// would name a member twice, and every verifier would refuse it.
    #[serde(flatten)]
    pub own: Map<String, Value>,
}

impl Claims {
    /// The claims of the operator's own, as the text of a JSON object.
    #[must_use]
    pub fn own_as_json(&self) -> String {
        serde_json::to_string(&self.own).unwrap_or_default()
    }

    pub(crate) fn to_payload(&self) -> Vec<u8> {
        // Strings, numbers, booleans and trees of them always serialize. Were it otherwise, the empty payload would be
        // refused by every verifier.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// None unless the payload is a JSON object whose member names are unique (RFC 7519 §4) and which has all
    /// of the claims.
    pub(crate) fn from_payload(payload: &[u8]) -> Option<Self> {
        // serde would also read the claims from an array, and does not mind a member twice among those of the operator's own.
        serde_json::from_slice::<Members>(payload).ok()?;
        serde_json::from_slice(payload).ok()
    }
}

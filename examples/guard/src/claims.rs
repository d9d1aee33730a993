//! Who makes a request.

use serde::Serialize;

/// What a checked token says (RFC 7519): who makes the request. As a parameter of a handler, it keeps everybody out
/// whom the guard in the state refuses. Without a guard there, it is no parameter:
///
/// ```compile_fail,E0277
/// use axum::{Router, routing::get};
/// use mana_auth_example_guard::Claims;
///
/// let app: Router = Router::new().route("/me", get(async |claims: Claims| claims.email));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Claims {
    /// The user's id.
    pub sub: String,
    /// The user's address.
    pub email: String,
    /// Whether the user has shown that the address is theirs.
    pub email_verified: bool,
    /// `user`, `admin` or `service`.
    pub role: String,
    /// The session's id.
    pub sid: String,
    /// When the token ceases to be accepted, in seconds since the Unix epoch. An answer that goes on for longer, as
    /// a stream does, ends then.
    pub exp: u64,
}

impl From<mana_auth_tokens::Claims> for Claims {
    fn from(claims: mana_auth_tokens::Claims) -> Self {
        Self {
            sub: claims.sub,
            email: claims.email,
            email_verified: claims.email_verified,
            role: claims.role,
            sid: claims.sid,
            exp: claims.exp,
        }
    }
}

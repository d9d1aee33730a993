//! Who makes a request.

use crate::Rejection;
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
    /// When the user last proved who they are, in seconds since the Unix epoch.
    pub auth_time: u64,
}

/// How far the clocks of two machines may differ, in seconds.
const SKEW: u64 = 60;

impl Claims {
    /// Asks for a proof of who the user is that is no older than this, for what must not be done with a stolen session. `now` is in seconds
    /// since the Unix epoch. The client is told to let its user prove it again (`POST /step-up`), and to come back.
    ///
    /// # Errors
    ///
    /// [`Rejection::StepUp`].
    pub fn proven_within(&self, seconds: u64, now: u64) -> Result<(), Rejection> {
        let is_past = self.auth_time <= now.saturating_add(SKEW);
        if is_past && now.saturating_sub(self.auth_time) <= seconds {
            Ok(())
        } else {
            Err(Rejection::StepUp(seconds))
        }
    }
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
            auth_time: claims.auth_time,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_no_older_than_it_may_be_and_not_of_the_future() {
        let claims = |auth_time| Claims {
            sub: "u".into(),
            email: "ada@example.com".into(),
            email_verified: true,
            role: "user".into(),
            sid: "s".into(),
            exp: 0,
            auth_time,
        };
        for (auth_time, is_enough) in
            [(1000, true), (400, true), (399, false), (1060, true), (1061, false), (0, false)]
        {
            assert_eq!(claims(auth_time).proven_within(600, 1000).is_ok(), is_enough, "{auth_time}");
        }
    }
}

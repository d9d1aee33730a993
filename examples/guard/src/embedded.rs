//! The third way: `mana:auth/sessions-read.validate`, called in this program.

use crate::{Check, Claims, Token, TokenError};
use futures::future::{BoxFuture, FutureExt as _};
use mana_auth::{
    Server,
    bindings::exports::mana::auth::{sessions_read, tokens},
};
use std::sync::Arc;

/// Asks the auth service that runs in this program. A session that ends has ended with the next request, and there
/// is no network that could fail.
pub struct Embedded(Arc<Server>);

impl Embedded {
    /// Asks this one. Once it is shut down, nobody is let through.
    #[must_use]
    pub fn new(server: Arc<Server>) -> Self {
        Self(server)
    }
}

impl Check for Embedded {
    fn check<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, Result<Claims, TokenError>> {
        async move { Ok(self.0.validate(token.expose()).await?.into()) }.boxed()
    }
}

impl From<sessions_read::Refusal> for TokenError {
    fn from(refusal: sessions_read::Refusal) -> Self {
        match refusal {
            sessions_read::Refusal::Expired => Self::Expired,
            sessions_read::Refusal::Invalid | sessions_read::Refusal::Revoked => Self::Invalid,
            // The server's log was told why.
            sessions_read::Refusal::Unavailable | sessions_read::Refusal::Internal => Self::Unavailable,
        }
    }
}

impl From<tokens::Claims> for Claims {
    fn from(claims: tokens::Claims) -> Self {
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

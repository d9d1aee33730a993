//! The first way: the token's signature, and what it says itself.

use crate::{
    Address, Check, Claims, ClientError, Clock, Token, TokenError,
    keys::{Keys, Unknown},
    service::Service,
};
use futures::future::{BoxFuture, FutureExt as _};
use mana_auth_tokens::{self as tokens, KeySet, verify};

/// Whose tokens are accepted, and for whom. Both are compared as text, to the last character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// `iss`: the service's `public_url`.
    pub issuer: String,
    /// `aud`: the service's `audience`, or this backend's own name in the service's `token_audiences`.
    pub audience: String,
}

/// Checks tokens with the service's public keys, without asking it. A token whose session has ended is accepted
/// until it expires, which is for 15 minutes at most.
pub struct Offline {
    keys: Keys,
    expected: Expected,
    clock: Box<dyn Clock>,
}

impl Offline {
    /// Accepts the tokens of the service at this address.
    ///
    /// # Errors
    ///
    /// Where there is no HTTP client to be had.
    pub fn new(address: Address, expected: Expected, clock: impl Clock) -> Result<Self, ClientError> {
        Ok(Self { keys: Keys::new(Service::new(address)?), expected, clock: Box::new(clock) })
    }

    async fn verify(&self, token: &Token) -> Result<tokens::Claims, TokenError> {
        let now = self.clock.now();
        let Expected { issuer, audience } = &self.expected;
        let verify = |keys: &KeySet| verify(token.expose(), keys, issuer, audience, now.unix);
        let held = self.keys.current(now.elapsed).await?;
        let verified = match verify(&held.keys) {
            // Perhaps of a key that was made since: one that replaces a revoked key signs at once.
            Err(tokens::TokenError::UnknownKey) => match self.keys.beyond(&held, now.elapsed).await? {
                Some(newer) => verify(&newer.keys),
                None => Err(tokens::TokenError::UnknownKey),
            },
            verified => verified,
        };
        verified.map_err(|refusal| {
            // Where it is the issuer or the audience, perhaps what is expected here is wrong.
            tracing::debug!(why = %refusal, "a token is refused");
            match refusal {
                tokens::TokenError::Expired => TokenError::Expired,
                _ => TokenError::Invalid,
            }
        })
    }
}

impl Check for Offline {
    fn check<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, Result<Claims, TokenError>> {
        async move { Ok(self.verify(token).await?.into()) }.boxed()
    }
}

impl From<Unknown> for TokenError {
    fn from(_: Unknown) -> Self {
        Self::Unavailable
    }
}

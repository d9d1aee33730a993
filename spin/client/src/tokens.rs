//! `tokens`: the codec of the service itself.

use crate::{
    Client,
    bindings::tokens::{Claims, Guest, Refusal},
};
use mana_auth_tokens::{self as codec, KeySet};

impl Guest for Client {
    fn verify(
        token: String,
        jwks: String,
        issuer: String,
        audience: String,
        now: u64,
    ) -> Result<Claims, Refusal> {
        let keys = KeySet::parse(&jwks)?;
        Ok(codec::verify(&token, &keys, &issuer, &audience, now)?.into())
    }
}

impl From<codec::Claims> for Claims {
    fn from(claims: codec::Claims) -> Self {
        let codec::Claims { sub, email, email_verified, role, sid, iss, aud, iat, exp } = claims;
        Self { sub, email, email_verified, role, sid, iss, aud, iat, exp }
    }
}

impl From<codec::Refusal> for Refusal {
    fn from(refusal: codec::Refusal) -> Self {
        match refusal {
            codec::Refusal::MalformedKeySet => Self::MalformedKeySet,
            codec::Refusal::Malformed => Self::Malformed,
            codec::Refusal::UnknownKey => Self::UnknownKey,
            codec::Refusal::BadSignature => Self::BadSignature,
            codec::Refusal::WrongIssuer => Self::WrongIssuer,
            codec::Refusal::WrongAudience => Self::WrongAudience,
            codec::Refusal::Expired => Self::Expired,
            codec::Refusal::NotYetValid => Self::NotYetValid,
        }
    }
}

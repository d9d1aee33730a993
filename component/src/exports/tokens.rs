use super::Component;
use crate::bindings::exports::mana::auth::tokens::{Claims, Guest, Refusal};
use mana_auth_tokens::{self as tokens, KeySet};

impl Guest for Component {
    fn verify(
        token: String,
        jwks: String,
        issuer: String,
        audience: String,
        now: u64,
    ) -> Result<Claims, Refusal> {
        let keys = KeySet::parse(&jwks)?;
        Ok(tokens::verify(&token, &keys, &issuer, &audience, now)?.into())
    }
}

impl From<tokens::Claims> for Claims {
    fn from(claims: tokens::Claims) -> Self {
        let tokens::Claims { sub, email, email_verified, role, sid, iss, aud, iat, exp } = claims;
        Self { sub, email, email_verified, role, sid, iss, aud, iat, exp }
    }
}

impl From<tokens::Refusal> for Refusal {
    fn from(refusal: tokens::Refusal) -> Self {
        match refusal {
            tokens::Refusal::MalformedKeySet => Self::MalformedKeySet,
            tokens::Refusal::Malformed => Self::Malformed,
            tokens::Refusal::UnknownKey => Self::UnknownKey,
            tokens::Refusal::BadSignature => Self::BadSignature,
            tokens::Refusal::WrongIssuer => Self::WrongIssuer,
            tokens::Refusal::WrongAudience => Self::WrongAudience,
            tokens::Refusal::Expired => Self::Expired,
            tokens::Refusal::NotYetValid => Self::NotYetValid,
        }
    }
}

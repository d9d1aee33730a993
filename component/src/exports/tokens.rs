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

mana_auth_tokens::generated!(Claims, Refusal);

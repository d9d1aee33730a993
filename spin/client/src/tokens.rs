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

mana_auth_tokens::generated!(Claims, Refusal);

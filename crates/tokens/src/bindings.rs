//! The world `verifier`: `mana:auth/tokens`, and no imports.
#![allow(unsafe_code, missing_docs, reason = "generated: the canonical ABI is made of raw pointers")]

use crate::{KeySet, verify};

wit_bindgen::generate!({ path: "../../wit", world: "verifier" });

use exports::mana::auth::tokens::{Claims, Guest, Refusal};

struct Verifier;
export!(Verifier);

impl Guest for Verifier {
    fn verify(
        token: String,
        jwks: String,
        issuer: String,
        audience: String,
        now: u64,
    ) -> Result<Claims, Refusal> {
        let keys = KeySet::parse(&jwks)?;
        Ok(verify(&token, &keys, &issuer, &audience, now)?.into())
    }
}

crate::generated!(Claims, Refusal);

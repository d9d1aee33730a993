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

impl From<crate::Claims> for Claims {
    fn from(claims: crate::Claims) -> Self {
        let crate::Claims { sub, email, email_verified, role, sid, iss, aud, iat, exp } = claims;
        Self { sub, email, email_verified, role, sid, iss, aud, iat, exp }
    }
}

impl From<crate::Refusal> for Refusal {
    fn from(refusal: crate::Refusal) -> Self {
        match refusal {
            crate::Refusal::MalformedKeySet => Self::MalformedKeySet,
            crate::Refusal::Malformed => Self::Malformed,
            crate::Refusal::UnknownKey => Self::UnknownKey,
            crate::Refusal::BadSignature => Self::BadSignature,
            crate::Refusal::WrongIssuer => Self::WrongIssuer,
            crate::Refusal::WrongAudience => Self::WrongAudience,
            crate::Refusal::Expired => Self::Expired,
            crate::Refusal::NotYetValid => Self::NotYetValid,
        }
    }
}

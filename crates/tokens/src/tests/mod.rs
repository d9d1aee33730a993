//! What the crate promises, tested from the inside, because the vectors need its own signature functions and
//! the attacks need tokens that it would never make.

mod keys;
mod mutations;
mod refusals;
mod vectors;

use crate::{Claims, KeySet, SigningKey};
use std::sync::LazyLock;

const ISSUER: &str = "https://id.example";
const AUDIENCE: &str = "https://api.example";
const IAT: u64 = 1_700_000_000;
const EXP: u64 = IAT + 900;

fn key() -> &'static SigningKey {
    static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_seed([7; 32]));
    &KEY
}

fn keys() -> KeySet {
    KeySet::from_keys([key().public().clone()])
}

fn claims() -> Claims {
    Claims {
        sub: "0198c0de-0000-7000-8000-000000000001".into(),
        email: "ada@example.com".into(),
        email_verified: true,
        role: "user".into(),
        sid: "0198c0de-0000-7000-8000-000000000002".into(),
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        iat: IAT,
        exp: EXP,
        pos: "17.c0de".into(),
        auth_time: 1_700_000_000,
        amr: vec!["pwd".into()],
        own: serde_json::Map::new(),
    }
}

fn header() -> String {
    format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{}"}}"#, key().public().kid())
}

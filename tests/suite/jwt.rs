//! Access tokens, read and checked without any code of the service.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;

/// A JWT, taken apart (RFC 7515 §3.1).
pub struct Jwt {
    pub header: Value,
    pub claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Jwt {
    /// Takes a token apart. Says nothing about its signature.
    #[track_caller]
    pub fn parse(token: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("not three parts") };
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("strict base64url");
        let json = |part| serde_json::from_slice(&decode(part)).expect("JSON");
        Self {
            header: json(header),
            claims: json(claims),
            signed: format!("{header}.{claims}"),
            signature: decode(signature),
        }
    }

    /// Whether a key of this set, named by the token's `kid`, made the signature (RFC 8037 §3.1).
    #[track_caller]
    pub fn is_signed_by(&self, jwks: &Value) -> bool {
        let keys = jwks["keys"].as_array().expect("keys");
        let Some(key) = keys.iter().find(|key| key["kid"] == self.header["kid"]) else { return false };
        let x = URL_SAFE_NO_PAD.decode(key["x"].as_str().expect("x")).expect("base64url");
        let key = VerifyingKey::from_bytes(&x.try_into().expect("32 bytes")).expect("a point");
        let signature = Signature::from_slice(&self.signature).expect("64 bytes");
        key.verify_strict(self.signed.as_bytes(), &signature).is_ok()
    }
}

/// The token with one bit of a part (0 to 2) turned over.
pub fn tampered(token: &str, part: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(ToOwned::to_owned).collect();
    let mut bytes = URL_SAFE_NO_PAD.decode(&parts[part]).expect("base64url");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    parts[part] = URL_SAFE_NO_PAD.encode(bytes);
    parts.join(".")
}

/// The token under another header.
pub fn with_header(token: &str, header: &Value) -> String {
    let rest = token.split_once('.').expect("a token").1;
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

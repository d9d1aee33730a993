//! Access tokens: JSON Web Tokens (RFC 7519) of one single form, signed with Ed25519 (RFC 8037).
//!
//! One codec for the service that signs and for everybody who verifies offline. It knows one algorithm and one
//! header, which is compared byte by byte: there is nothing in a token that could choose how it is checked
//! (RFC 8725 §3.1). It reads no clock and no randomness: time and key material are arguments.
//!
//! ```
//! use mana_auth_tokens::{Claims, KeySet, TokenError, SigningKey, verify};
//!
//! let key = SigningKey::from_seed([7; 32]); // 32 bytes from a secure random source
//! let token = key.sign(&Claims {
//!     sub: "0198c0de-0000-7000-8000-000000000001".into(),
//!     email: "ada@example.com".into(),
//!     email_verified: true,
//!     role: "user".into(),
//!     sid: "0198c0de-0000-7000-8000-000000000002".into(),
//!     iss: "https://id.example".into(),
//!     aud: "https://api.example".into(),
//!     iat: 1_700_000_000,
//!     exp: 1_700_000_900,
//!     pos: "0.0".into(),
//!     auth_time: 1_700_000_000,
//!     amr: vec!["pwd".into()],
//!     own: serde_json::Map::from_iter([("tier".to_owned(), "pro".into())]),
//! });
//!
//! // What a verifier fetches from `/.well-known/jwks.json`.
//! let published = KeySet::from_keys([key.public().clone()]).to_json();
//! let keys = KeySet::parse(&published)?;
//!
//! let claims = verify(&token, &keys, "https://id.example", "https://api.example", 1_700_000_100)?;
//! assert_eq!(claims.email, "ada@example.com");
//! assert_eq!(claims.own["tier"], "pro");
//! let later = verify(&token, &keys, "https://id.example", "https://api.example", 1_700_000_900);
//! assert_eq!(later, Err(TokenError::Expired));
//! # Ok::<(), TokenError>(())
//! ```

mod audience;
#[cfg(all(feature = "component", target_family = "wasm"))]
mod bindings;
mod claims;
mod encoding;
mod generated;
mod key;
mod key_set;
#[cfg(test)]
mod tests;
mod token;
mod token_error;
mod unique;

pub use audience::Audience;
pub use claims::Claims;
pub use key::{PublicKey, SigningKey};
pub use key_set::KeySet;
pub use token::{authenticate, unverified, verify};
pub use token_error::TokenError;

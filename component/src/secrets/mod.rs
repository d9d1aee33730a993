//! Secrets: the operator's, the keys that are derived from them, and those that a client holds.

mod alike;
mod challenge_cookie;
mod guessable;
mod keyring;
pub mod mac;
mod opaque_token;
mod sealed;
mod shared_secret;
mod wrapped_key;

pub use alike::first_alike;
pub use challenge_cookie::{AskedFor, ChallengeCookie};
pub use guessable::is_guessable;
pub use keyring::{Keyring, Purpose, SecretVersion};
pub use opaque_token::{ChallengeToken, CookieSecret, RefreshToken};
pub use sealed::Sealed;
pub use shared_secret::{SharedSecret, is_valid_bearer};
pub use wrapped_key::WrappedKey;

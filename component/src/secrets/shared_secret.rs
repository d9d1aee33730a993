//! A secret that the operator shares with somebody, who shows it as a bearer token. Only its hash is kept.

use super::guessable::is_guessable;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What would be right. A blank or a comma would end the credential that it is shown as (RFC 9110 §11.2).
const FORM: &str = "must be a random text that nobody can guess, such as `openssl rand -base64 32` makes";

/// What a caller must show.
#[derive(Clone)]
pub struct SharedSecret([u8; 32]);

impl SharedSecret {
    /// Takes a configured secret.
    ///
    /// # Errors
    ///
    /// What would be right, where it can be guessed.
    pub fn parse(text: &str) -> Result<Self, String> {
        if is_guessable(text) || !is_valid_bearer(text) {
            return Err(FORM.into());
        }
        Ok(Self(Sha256::digest(text.as_bytes()).into()))
    }

    /// Whether this was shown. Compared as hashes, so that time tells neither content nor length.
    #[must_use]
    pub fn is(&self, shown: &str) -> bool {
        Sha256::digest(shown.as_bytes()).ct_eq(&self.0).into()
    }

    /// Whether another is the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// What tells it from another. It was not to be guessed, so nobody guesses their way back from a part of its hash.
    #[must_use]
    pub fn mark(&self) -> String {
        let [a, b, c, d, ..] = self.0;
        format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
    }
}

/// Whether a text can be shown as a bearer token.
#[must_use]
pub fn is_valid_bearer(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == ',')
}

//! A secret that the operator shares with somebody, who shows it as a bearer token. Only its hash is kept.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The shortest, in characters: 128 bits in base64.
const LENGTH: usize = 22;

/// What a caller must show.
#[derive(Clone)]
pub struct SharedSecret([u8; 32]);

impl SharedSecret {
    /// Takes a configured secret.
    ///
    /// # Errors
    ///
    /// What would be right, where it is too short.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() < LENGTH {
            return Err(format!("must be at least {LENGTH} characters"));
        }
        Ok(Self(Sha256::digest(text.as_bytes()).into()))
    }

    /// Whether this was shown. Compared as hashes, so that time tells neither content nor length.
    #[must_use]
    pub fn is(&self, shown: &str) -> bool {
        Sha256::digest(shown.as_bytes()).ct_eq(&self.0).into()
    }

    /// What tells it from another. Of at least 128 bits of chance, nobody guesses their way back from a part of the hash.
    #[must_use]
    pub fn mark(&self) -> String {
        let [a, b, c, d, ..] = self.0;
        format!("{:08x}", u32::from_be_bytes([a, b, c, d]))
    }
}

//! The secrets that a client holds. Only their hashes are stored.

use super::{Keyring, Purpose, SecretVersion};
use crate::platform;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::marker::PhantomData;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

/// 256 random bits, as a client holds them, for one use. Neither `Debug` nor `Display`, and wiped when dropped.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Secret<Use>([u8; 32], #[zeroize(skip)] PhantomData<Use>);

/// The value of the session cookie.
pub type CookieSecret = Secret<Cookie>;

/// A token for the next access token, usable once.
pub type RefreshToken = Secret<Refresh>;

/// What a link in a mail carries, usable once.
pub type ChallengeToken = Secret<Challenge>;

/// Which browser asked, in a [challenge cookie](super::ChallengeCookie).
pub type BrowserSecret = Secret<Browser>;

/// Names the use of a [`CookieSecret`].
#[derive(Clone)]
pub enum Cookie {}

/// Names the use of a [`RefreshToken`].
#[derive(Clone)]
pub enum Refresh {}

/// Names the use of a [`ChallengeToken`].
#[derive(Clone)]
pub enum Challenge {}

/// Names the use of a [`BrowserSecret`].
#[derive(Clone)]
pub enum Browser {}

impl<Use> Secret<Use> {
    const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes, PhantomData)
    }

    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self::new(platform::random())
    }

    /// As a client sent it: in the one form that [`Secret::expose`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let decoded = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes);
        let secret = (decoded == Ok(32)).then_some(Self::new(bytes));
        bytes.zeroize();
        secret
    }

    /// For the client that it belongs to, and nobody else.
    #[must_use]
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored: SHA-256, enough for 256 random bits, which nobody can guess their way back to. Looked up by
    /// equality in the database: an attacker can't choose a hash, so its comparison tells nothing.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl RefreshToken {
    /// The one token that this one can be exchanged for: the same each time, so that a client whose answer was
    /// lost gets it again, and a chain never forks. Without the secret nobody can compute it. None where the
    /// secret of this version is no longer configured.
    #[must_use]
    pub fn successor(&self, keyring: &Keyring, version: SecretVersion, salt: &[u8; 16]) -> Option<Self> {
        let derived = keyring.derive(version, Purpose::RefreshSuccessor, &[&self.0, salt])?;
        Some(Self::new(*derived))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keyring(seed: u8) -> Keyring {
        let secret: Vec<u8> = (0..32).map(|i: u8| i.wrapping_mul(7) ^ seed).collect();
        Keyring::parse(&format!("1:{}", URL_SAFE_NO_PAD.encode(secret))).unwrap()
    }

    #[test]
    fn a_successor_depends_on_token_salt_and_secret() {
        let token = RefreshToken::new([1; 32]);
        let next = |token: &RefreshToken, seed, salt| {
            token.successor(&keyring(seed), 1, &[salt; 16]).unwrap().expose()
        };
        assert_eq!(next(&token, 0, 0), next(&token, 0, 0));
        assert_ne!(next(&token, 0, 0), next(&token, 0, 1));
        assert_ne!(next(&token, 0, 0), next(&token, 1, 0));
        assert_ne!(next(&token, 0, 0), next(&RefreshToken::new([2; 32]), 0, 0));
        assert!(token.successor(&keyring(0), 2, &[0; 16]).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        #[test]
        fn a_secret_has_one_form(text in "[A-Za-z0-9_\\-+/=. ]{40,46}") {
            if let Some(secret) = CookieSecret::parse(&text) {
                prop_assert_eq!(secret.expose(), text);
            }
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC{0,60}") {
            let _ = CookieSecret::parse(&text);
        }
    }
}

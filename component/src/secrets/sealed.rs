//! Authenticated encryption under the configured secret, so that a copy of the database tells nothing, and whoever can write rows
//! can't put words into the service's mouth.

use super::{Keyring, Purpose, SecretVersion};
use crate::platform;
use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use zeroize::Zeroizing;

/// Bytes that are encrypted with AES-256-GCM under one version of the secret.
///
/// The purpose selects the key. The context is the associated data: it names the one row that this belongs to, so that what is sealed
/// opens nowhere else.
#[derive(Clone)]
pub struct Sealed {
    version: SecretVersion,
    /// Nonce, ciphertext and tag.
    bytes: Vec<u8>,
}

const NONCE: usize = 12;

impl Sealed {
    /// As a row holds it.
    #[must_use]
    pub const fn stored(version: SecretVersion, bytes: Vec<u8>) -> Self {
        Self { version, bytes }
    }

    /// Encrypts under the newest secret. None without any secret.
    #[must_use]
    pub fn seal(keyring: &Keyring, purpose: Purpose, context: &[u8], plain: &[u8]) -> Option<Self> {
        Self::with_nonce(platform::random(), keyring, purpose, context, plain)
    }

    /// Decrypts. None where the version isn't configured, or anything is not as it was sealed.
    #[must_use]
    pub fn open(&self, keyring: &Keyring, purpose: Purpose, context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = self.bytes.split_first_chunk::<NONCE>()?;
        let cipher = cipher(keyring, self.version, purpose)?;
        cipher.decrypt(&(*nonce).into(), Payload { msg: body, aad: context }).ok().map(Zeroizing::new)
    }

    /// The version of the secret that it is encrypted under.
    #[must_use]
    pub const fn version(&self) -> SecretVersion {
        self.version
    }

    /// What a row holds: nonce, ciphertext and tag.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn with_nonce(
        nonce: [u8; NONCE],
        keyring: &Keyring,
        purpose: Purpose,
        context: &[u8],
        plain: &[u8],
    ) -> Option<Self> {
        let version = keyring.newest();
        let cipher = cipher(keyring, version, purpose)?;
        let body = cipher.encrypt(&nonce.into(), Payload { msg: plain, aad: context }).ok()?;
        Some(Self { version, bytes: [&nonce[..], &body].concat() })
    }
}

fn cipher(keyring: &Keyring, version: SecretVersion, purpose: Purpose) -> Option<Aes256Gcm> {
    let key = keyring.derive(version, purpose, &[])?;
    Some(Aes256Gcm::new(&(*key).into()))
}

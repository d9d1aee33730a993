//! Key wrapping: a private key is stored encrypted under the configured secret, so that a copy of the
//! database can't sign.

use super::{Keyring, Purpose, Sealed, SecretVersion};
use zeroize::Zeroizing;

/// A private Ed25519 key (the seed of RFC 8032 §5.1.5), sealed. Its context names the one key pair that it is the private part of.
#[derive(Clone)]
pub struct WrappedKey(Sealed);

impl WrappedKey {
    /// A wrapped key as its row holds it.
    #[must_use]
    pub const fn stored(version: SecretVersion, bytes: Vec<u8>) -> Self {
        Self(Sealed::stored(version, bytes))
    }

    /// Encrypts a seed under the newest secret. None without any secret.
    #[must_use]
    pub fn wrap(keyring: &Keyring, purpose: Purpose, context: &[u8], seed: &[u8; 32]) -> Option<Self> {
        Sealed::seal(keyring, purpose, context, seed).map(Self)
    }

    /// Decrypts the seed. None where the version isn't configured, or anything about the key is wrong.
    #[must_use]
    pub fn open(&self, keyring: &Keyring, purpose: Purpose, context: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let seed = self.0.open(keyring, purpose, context)?;
        <[u8; 32]>::try_from(seed.as_slice()).ok().map(Zeroizing::new)
    }

    /// The same key under the newest secret, as a rotation of secrets needs it. None where it can't be
    /// opened.
    #[must_use]
    pub fn rewrap(&self, keyring: &Keyring, purpose: Purpose, context: &[u8]) -> Option<Self> {
        let seed = self.open(keyring, purpose, context)?;
        Self::wrap(keyring, purpose, context, &seed)
    }

    /// The version of the secret that it is encrypted under.
    #[must_use]
    pub const fn version(&self) -> SecretVersion {
        self.0.version()
    }

    /// What its row holds: nonce, ciphertext and tag.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    const SEED: [u8; 32] = [5; 32];

    fn secret(seed: u8) -> String {
        URL_SAFE_NO_PAD.encode((0..32).map(|i| seed.wrapping_add(i * 7)).collect::<Vec<u8>>())
    }

    fn keyring(text: &str) -> Keyring {
        Keyring::parse(text).unwrap()
    }

    fn signing(nonce: u8, keyring: &Keyring, seed: &[u8; 32]) -> WrappedKey {
        WrappedKey(Sealed::with_nonce([nonce; 12], keyring, Purpose::WrapSigningKey, b"kid", seed).unwrap())
    }

    #[test]
    fn a_wrapped_key_opens_under_its_version_context_and_purpose_alone() {
        let old = keyring(&format!("1:{}", secret(1)));
        let wrapped = signing(9, &old, &SEED);
        let both = keyring(&format!("2:{},1:{}", secret(2), secret(1)));
        let open = |wrapped: &WrappedKey| wrapped.open(&both, Purpose::WrapSigningKey, b"kid");
        let under = |version| WrappedKey::stored(version, wrapped.to_bytes());
        let rewrapped = signing(8, &both, &open(&wrapped).unwrap());
        assert_eq!((wrapped.version(), rewrapped.version()), (1, 2));
        assert_eq!(*open(&rewrapped).unwrap(), SEED);
        assert!(rewrapped.open(&old, Purpose::WrapSigningKey, b"kid").is_none());
        assert!(open(&under(2)).is_none());
        assert!(open(&under(3)).is_none());
        assert!(wrapped.open(&both, Purpose::WrapSigningKey, b"other").is_none());
        assert!(wrapped.open(&both, Purpose::WrapAuditKey, b"kid").is_none());
        assert!(wrapped.open(&both, Purpose::RefreshSuccessor, b"kid").is_none());
        for index in 0..wrapped.to_bytes().len() {
            let mut mutated = wrapped.to_bytes();
            mutated[index] ^= 1;
            assert!(open(&WrappedKey::stored(1, mutated)).is_none());
        }
    }

    /// Rows that exist must open: HKDF-SHA256 with the label of the purpose, then AES-256-GCM, computed by
    /// another implementation (Python's `cryptography`).
    #[test]
    fn stored_bytes_open() {
        let keyring = keyring(&format!("1:{}", secret(1)));
        for (purpose, context, stored) in [
            (
                Purpose::WrapSigningKey,
                &b"kid"[..],
                "09090909090909090909090905fa18b7eb5c49b3989404360a626d6613f9a024b4cb46b4b0d7fa78a4552c6a22568f188f5787344e35642dc235195f",
            ),
            (
                Purpose::WrapAuditKey,
                &[3; 32][..],
                "090909090909090909090909627ae07627382405479b73b87d0552dbed592b21820773cc71e45173ff267a0ada97da4b52286301d517ec3353186982",
            ),
        ] {
            let bytes = (0..stored.len()).step_by(2).map(|at| u8::from_str_radix(&stored[at..at + 2], 16));
            let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().unwrap();
            let wrapped = WrappedKey::stored(1, bytes.clone());
            assert_eq!(*wrapped.open(&keyring, purpose, context).unwrap(), SEED);
            let again = Sealed::with_nonce([9; 12], &keyring, purpose, context, &SEED).unwrap();
            assert_eq!(again.bytes(), bytes);
        }
    }
}

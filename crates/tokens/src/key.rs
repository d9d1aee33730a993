use crate::encoding;
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// A key that signs tokens. It is wiped from memory when it is dropped, and can't be printed.
pub struct SigningKey {
    secret: ed25519_dalek::SigningKey,
    public: PublicKey,
}

impl SigningKey {
    /// The key of a seed: 32 bytes from a secure random source (RFC 8032 §5.1.5).
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = zeroize::Zeroizing::new(seed);
        let secret = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = PublicKey::new(secret.verifying_key());
        Self { secret, public }
    }

    /// The seed, to be sealed and kept.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.secret.as_bytes()
    }

    /// The half that verifiers need.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

/// A key that verifies tokens: a point of Ed25519 in its canonical encoding and of large order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    point: VerifyingKey,
    kid: String,
}

impl PublicKey {
    /// Reads a public key (RFC 8032 §5.1.2). None if the bytes are no point of the curve, another spelling of
    /// one, or a point of small order, for which anybody can make signatures.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let point = VerifyingKey::from_bytes(bytes).ok()?;
        let is_canonical = VerifyingKey::from(point.to_edwards()).as_bytes() == bytes;
        (is_canonical && !point.is_weak()).then(|| Self::new(point))
    }

    fn new(point: VerifyingKey) -> Self {
        // RFC 7638 §3.2 and RFC 8037 §2: the required members, in the order of their names.
        let x = encoding::encode(point.as_bytes());
        let kid = encoding::encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)));
        Self { point, kid }
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.point.to_bytes()
    }

    /// The key's id: its thumbprint (RFC 7638) with SHA-256, 43 characters of base64url.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Whether the signature is this key's for the message. Strict: there is exactly one signature that an
    /// honest signer makes, and no other encoding of it passes.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|it| self.point.verify_strict(message, &it).is_ok())
    }
}

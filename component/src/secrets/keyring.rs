//! The configured secrets, and the keys derived from them: one for each purpose and version.

use super::{SharedSecret, alike::first_alike, guessable::is_guessable};
use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Which of the secrets. Rises with every rotation.
pub type SecretVersion = u32;

/// What a key is used for. A key for one purpose says nothing about a key for another.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// Sealing private signing keys at rest.
    SealSigningKey,
    /// Deriving the successor of a refresh token.
    RefreshSuccessor,
    /// Sealing session cache cookies, for a day.
    SessionCache,
    /// The MAC of device cookies.
    DeviceCookie,
    /// Sealing the private keys that sign the trail's checkpoints.
    SealAuditKey,
    /// The MAC of events that are still to be sealed.
    AuditEvent,
    /// The MAC of what housekeeping notes of the audit trail for its next run.
    AuditNote,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::SealSigningKey => b"mana-auth/seal-signing-key/v1",
            Self::RefreshSuccessor => b"mana-auth/refresh-successor/v1",
            Self::SessionCache => b"mana-auth/session-cache/v1",
            Self::DeviceCookie => b"mana-auth/device-cookie/v1",
            Self::SealAuditKey => b"mana-auth/seal-audit-key/v1",
            Self::AuditEvent => b"mana-auth/audit-event/v1",
            Self::AuditNote => b"mana-auth/audit-note/v1",
        }
    }
}

/// The secrets, newest first.
pub struct Keyring {
    secrets: Vec<(SecretVersion, Zeroizing<Vec<u8>>)>,
}

/// The length of a secret in bytes, at least and at most.
const LENGTH: std::ops::RangeInclusive<usize> = 32..=512;
/// A random secret of 32 bytes has about 30 different ones; a repeated one has few.
const DIFFERENT_BYTES: usize = 16;
const NONCE: usize = 12;

impl Keyring {
    /// Parses `2:<base64url>,1:<base64url>`: versions falling, each secret at least 32 random bytes.
    ///
    /// # Errors
    ///
    /// What would be right, in words for the operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let secrets = text.split(',').map(|item| parse_secret(item.trim())).collect::<Result<Vec<_>, _>>()?;
        if !secrets.is_sorted_by(|(newer, _), (older, _)| newer > older) {
            return Err("must be ordered by version, the newest first".into());
        }
        // A rotation to the same secret would rotate nothing.
        let same = |(_, one): &(_, Zeroizing<Vec<u8>>), (_, other): &(_, Zeroizing<Vec<u8>>)| {
            one.as_slice().ct_eq(other.as_slice()).into()
        };
        if let Some(((newer, _), (older, _))) = first_alike(&secrets, same) {
            return Err(format!("must be another secret for each version: {newer} and {older} have one"));
        }
        Ok(Self { secrets })
    }

    /// The version that seals.
    #[must_use]
    pub fn newest(&self) -> SecretVersion {
        self.secrets.first().map_or(0, |(version, _)| *version)
    }

    /// The versions, newest first.
    pub fn versions(&self) -> impl Iterator<Item = SecretVersion> {
        self.secrets.iter().map(|(version, _)| *version)
    }

    /// Whether this version is configured.
    #[must_use]
    pub fn has(&self, version: SecretVersion) -> bool {
        self.secrets.iter().any(|(known, _)| *known == version)
    }

    /// Whether a shared secret is one of these, in a usual encoding.
    #[must_use]
    pub fn holds(&self, shared: &SharedSecret) -> bool {
        self.secrets.iter().any(|(_, secret)| {
            let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
            let base64 = [&URL_SAFE_NO_PAD, &URL_SAFE, &STANDARD_NO_PAD, &STANDARD];
            let mut encoded = base64.iter().map(|engine| Zeroizing::new(engine.encode(secret)));
            shared.is(&Zeroizing::new(hex)) || encoded.any(|encoded| shared.is(&encoded))
        })
    }

    /// 32 bytes for a purpose, bound to `context` (HKDF-SHA256, RFC 5869). None where the version isn't configured.
    #[must_use]
    pub fn derive(
        &self,
        version: SecretVersion,
        purpose: Purpose,
        context: &[&[u8]],
    ) -> Option<Zeroizing<[u8; 32]>> {
        let (_, secret) = self.secrets.iter().find(|(known, _)| *known == version)?;
        let mut info = vec![purpose.label(), b"\0"];
        info.extend_from_slice(context);
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, secret).expand_multi_info(&info, &mut *key).ok()?;
        Some(key)
    }

    /// Encrypts under the newest secret, bound to `context`: nonce, ciphertext and tag (AES-256-GCM).
    #[must_use]
    pub fn seal(
        &self,
        purpose: Purpose,
        context: &[u8],
        nonce: [u8; NONCE],
        plain: &[u8],
    ) -> Option<Vec<u8>> {
        let cipher = self.cipher(self.newest(), purpose)?;
        let sealed = cipher.encrypt(&nonce.into(), Payload { msg: plain, aad: context }).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    /// Decrypts what [`Keyring::seal`] made under this version. None where anything about it is wrong.
    #[must_use]
    pub fn open(
        &self,
        version: SecretVersion,
        purpose: Purpose,
        context: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE>()?;
        let cipher = self.cipher(version, purpose)?;
        cipher.decrypt(&(*nonce).into(), Payload { msg: body, aad: context }).ok().map(Zeroizing::new)
    }

    /// Encrypts under the newest secret what was sealed under this version. None where that can't be opened.
    #[must_use]
    pub fn reseal(
        &self,
        version: SecretVersion,
        purpose: Purpose,
        context: &[u8],
        nonce: [u8; NONCE],
        sealed: &[u8],
    ) -> Option<Vec<u8>> {
        self.seal(purpose, context, nonce, &self.open(version, purpose, context, sealed)?)
    }

    fn cipher(&self, version: SecretVersion, purpose: Purpose) -> Option<Aes256Gcm> {
        let key = self.derive(version, purpose, &[])?;
        Some(Aes256Gcm::new(&(*key).into()))
    }
}

fn parse_secret(item: &str) -> Result<(SecretVersion, Zeroizing<Vec<u8>>), String> {
    const FORM: &str = "must be a list of version:secret, such as 1:<base64url of 32 random bytes>";
    let (version, encoded) = item.split_once(':').ok_or(FORM)?;
    let (version, encoded) = (version.trim(), encoded.trim());
    let version = version.parse::<SecretVersion>().ok().filter(|version| *version > 0).ok_or(FORM)?;
    let secret =
        URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')).map(Zeroizing::new).map_err(|_| FORM)?;
    let mut different = [false; 256];
    for byte in secret.iter() {
        if let Some(seen) = different.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    let is_varied = different.iter().filter(|seen| **seen).count() >= DIFFERENT_BYTES;
    // Words, which are base64 too, have many different bytes; and so have those that base64 was made of.
    if !LENGTH.contains(&secret.len()) || !is_varied || is_guessable(encoded) {
        return Err(format!("must hold at least {} random bytes in each secret", LENGTH.start()));
    }
    Ok((version, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(seed: u8) -> String {
        URL_SAFE_NO_PAD.encode((0..32).map(|i| seed.wrapping_add(i * 7)).collect::<Vec<u8>>())
    }

    fn keyring(text: &str) -> Keyring {
        Keyring::parse(text).unwrap()
    }

    #[test]
    fn weak_or_disordered_secrets_are_refused() {
        for text in [
            "".to_owned(),
            "hunter2".to_owned(),
            format!("0:{}", secret(1)),
            format!("1:{}", URL_SAFE_NO_PAD.encode([7; 32])),
            format!("1:{}", URL_SAFE_NO_PAD.encode([1, 2, 3])),
            "1:authentication-secret-authentication-secret-".to_owned(),
            format!("1:{},2:{}", secret(1), secret(2)),
            format!("1:{},1:{}", secret(1), secret(2)),
        ] {
            assert!(Keyring::parse(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_was_sealed_opens_under_its_version_context_and_purpose_alone() {
        let old = keyring(&format!("1:{}", secret(1)));
        let sealed = old.seal(Purpose::SealSigningKey, b"kid", [9; 12], b"private").unwrap();
        let both = keyring(&format!("2:{},1:{}", secret(2), secret(1)));
        let resealed = both.reseal(1, Purpose::SealSigningKey, b"kid", [8; 12], &sealed).unwrap();
        assert_eq!(&**both.open(2, Purpose::SealSigningKey, b"kid", &resealed).unwrap(), b"private");
        assert!(both.reseal(2, Purpose::SealSigningKey, b"kid", [8; 12], &sealed).is_none());
        assert_eq!(&**both.open(1, Purpose::SealSigningKey, b"kid", &sealed).unwrap(), b"private");
        assert!(both.open(2, Purpose::SealSigningKey, b"kid", &sealed).is_none());
        assert!(both.open(3, Purpose::SealSigningKey, b"kid", &sealed).is_none());
        assert!(both.open(1, Purpose::SealSigningKey, b"other", &sealed).is_none());
        assert!(both.open(1, Purpose::RefreshSuccessor, b"kid", &sealed).is_none());
        for index in 0..sealed.len() {
            let mut mutated = sealed.clone();
            mutated[index] ^= 1;
            assert!(both.open(1, Purpose::SealSigningKey, b"kid", &mutated).is_none());
        }
    }
}

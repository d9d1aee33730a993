//! The configured secrets, and the keys derived from them: one for each purpose and version.

use super::{SharedSecret, alike::first_alike, guessable::is_guessable};
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
    /// Wrapping the private keys that sign access tokens.
    WrapSigningKey,
    /// Deriving the successor of a refresh token.
    RefreshSuccessor,
    /// Encrypting session cache cookies, for a day.
    SessionCache,
    /// The MAC of device cookies.
    DeviceCookie,
    /// Wrapping the private keys that sign the audit log's checkpoints.
    WrapAuditKey,
    /// The MAC of events that are still to be sealed.
    AuditEvent,
    /// The MAC of what housekeeping notes about the audit log for its next run.
    AuditNote,
    /// Encrypting mails that are still to be delivered.
    Outbox,
    /// The MAC of codes that people type: too short for a plain hash.
    Code,
    /// The salt of what is registered for an address.
    RegistrationSalt,
    /// Encrypting what one page keeps for the next, in the browser.
    Kept,
    /// The MAC of a session in the forms of its pages.
    FormToken,
    /// The MAC of an address that a browser asked something for, in its challenge cookie.
    AskedFor,
}

impl Purpose {
    /// What stands in the derivation. A label never changes: what exists would open no more.
    const fn label(self) -> &'static [u8] {
        match self {
            Self::WrapSigningKey => b"mana-auth/seal-signing-key/v1",
            Self::RefreshSuccessor => b"mana-auth/refresh-successor/v1",
            Self::SessionCache => b"mana-auth/session-cache/v1",
            Self::DeviceCookie => b"mana-auth/device-cookie/v1",
            Self::WrapAuditKey => b"mana-auth/seal-audit-key/v1",
            Self::AuditEvent => b"mana-auth/audit-event/v1",
            Self::AuditNote => b"mana-auth/audit-note/v1",
            Self::Outbox => b"mana-auth/outbox/v1",
            Self::Code => b"mana-auth/code/v1",
            Self::RegistrationSalt => b"mana-auth/registration-salt/v1",
            Self::Kept => b"mana-auth/kept/v1",
            Self::FormToken => b"mana-auth/form-token/v1",
            Self::AskedFor => b"mana-auth/asked-for/v1",
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

    /// The version that encrypts and derives anew.
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
}

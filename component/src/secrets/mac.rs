//! MACs under the configured secret: what an event that is still to be sealed, or a note of housekeeping's own, must bear to be
//! believed. A row that someone put there by hand, or changed, has none that is ours.

use super::{Keyring, Purpose, SecretVersion};
use subtle::ConstantTimeEq as _;

/// What a MAC says of what it stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// This service wrote it.
    Ours,
    /// Somebody else did, or changed it.
    SomebodyElse,
    /// It is under a secret that this instance was not given: perhaps of a rotation that it has not heard of.
    Unknown,
}

/// The MAC of content for a purpose: the version of the newest secret, and 32 bytes.
#[must_use]
pub fn mac(keyring: &Keyring, purpose: Purpose, content: &[&[u8]]) -> Vec<u8> {
    let version = keyring.newest();
    let mac = keyring.derive(version, purpose, content).unwrap_or_default();
    [&version.to_be_bytes()[..], &mac[..]].concat()
}

/// Who wrote the content.
#[must_use]
pub fn author(keyring: &Keyring, purpose: Purpose, content: &[&[u8]], mac: &[u8]) -> Author {
    let Some((version, mac)) = mac.split_first_chunk() else { return Author::SomebodyElse };
    match keyring.derive(SecretVersion::from_be_bytes(*version), purpose, content) {
        Some(expected) if expected.ct_eq(mac).into() => Author::Ours,
        Some(_) => Author::SomebodyElse,
        None => Author::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    fn keyring(versions: &[u8]) -> Keyring {
        let secret = |version: &u8| {
            let bytes: Vec<u8> = (0..32).map(|i| version.wrapping_mul(31).wrapping_add(i * 7)).collect();
            format!("{version}:{}", URL_SAFE_NO_PAD.encode(bytes))
        };
        Keyring::parse(&versions.iter().map(secret).collect::<Vec<_>>().join(",")).unwrap()
    }

    #[test]
    fn content_is_ours_as_it_was_written_for_its_purpose_and_under_a_known_secret() {
        let (event, note) = (Purpose::AuditEvent, Purpose::AuditNote);
        let one = keyring(&[1]);
        let written = mac(&one, event, &[b"login"]);
        assert_eq!(author(&one, event, &[b"login"], &written), Author::Ours);
        assert_eq!(author(&keyring(&[2, 1]), event, &[b"login"], &written), Author::Ours);
        assert_eq!(author(&keyring(&[2]), event, &[b"login"], &written), Author::Unknown);
        assert_eq!(author(&one, event, &[b"logout"], &written), Author::SomebodyElse);
        assert_eq!(author(&one, note, &[b"login"], &written), Author::SomebodyElse);
        let mut changed = written.clone();
        changed[9] ^= 1;
        for wrong in [&[][..], &written[..35], &[0; 3], &changed] {
            assert_eq!(author(&one, event, &[b"login"], wrong), Author::SomebodyElse);
        }
    }
}

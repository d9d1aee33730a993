//! Who wrote an event that is still to be sealed. A row that someone put there by hand, or changed, has no MAC that is ours: it is
//! not sealed, and an event says so.

use crate::settings::{Keyring, Purpose, SecretVersion};
use mana_auth_audit::Leaf;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// What a MAC says of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// This service wrote it.
    Ours,
    /// Somebody else did, or changed it.
    SomebodyElse,
    /// It is under a secret that this instance was not given: perhaps of a rotation that it has not heard of.
    Unknown,
}

/// The MAC of an event that has no place yet: the version of the newest secret, and 32 bytes.
#[must_use]
pub fn mac(keyring: &Keyring, leaf: &Leaf<'_>) -> Vec<u8> {
    let version = keyring.newest();
    let mac = derive(keyring, version, leaf).unwrap_or_default();
    [&version.to_be_bytes()[..], &mac[..]].concat()
}

/// Who wrote the event.
#[must_use]
pub fn author(keyring: &Keyring, leaf: &Leaf<'_>, mac: &[u8]) -> Author {
    let Some((version, mac)) = mac.split_first_chunk() else { return Author::SomebodyElse };
    match derive(keyring, SecretVersion::from_be_bytes(*version), leaf) {
        Some(expected) if expected.ct_eq(mac).into() => Author::Ours,
        Some(_) => Author::SomebodyElse,
        None => Author::Unknown,
    }
}

/// Over everything of an event but its place. None where the secret is not configured.
fn derive(keyring: &Keyring, version: SecretVersion, leaf: &Leaf<'_>) -> Option<Zeroizing<[u8; 32]>> {
    let event = Leaf { index: 0, ..*leaf }.hash();
    keyring.derive(version, Purpose::AuditEvent, &[&event])
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
    fn an_event_is_ours_as_it_was_written_and_under_a_known_secret() {
        let leaf = Leaf {
            index: 7,
            id: "0190",
            user_id: None,
            event_type: "logout",
            source: None,
            created_at: 1,
            details: &[9; 32],
        };
        let one = keyring(&[1]);
        let written = mac(&one, &leaf);
        assert_eq!(author(&one, &leaf, &written), Author::Ours);
        let elsewhere = Leaf { index: 8, ..leaf };
        assert_eq!(author(&keyring(&[2, 1]), &elsewhere, &written), Author::Ours);
        assert_eq!(author(&keyring(&[2]), &leaf, &written), Author::Unknown);
        for other in [Leaf { event_type: "login", ..leaf }, Leaf { details: &[8; 32], ..leaf }] {
            assert_eq!(author(&one, &other, &written), Author::SomebodyElse);
        }
        let mut changed = written.clone();
        changed[9] ^= 1;
        for wrong in [&[][..], &written[..35], &[0; 3], &changed] {
            assert_eq!(author(&one, &leaf, wrong), Author::SomebodyElse);
        }
    }
}

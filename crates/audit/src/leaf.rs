//! The leaf of an event, and the digest of its details.

use crate::hash::{Hash, leaf_hash};
use sha2::{Digest as _, Sha256};

const LEAF: &[u8] = b"mana-auth security event v1\0";
const DETAILS: &[u8] = b"mana-auth security event details v1\0";

/// The personal details of an event. The tree holds a digest of them under a random salt. To erase them, they
/// are destroyed together with the salt: without it, nobody can find them by guessing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Details<'a> {
    /// The client's address.
    pub ip_address: Option<&'a str>,
    /// The client's `User-Agent`.
    pub user_agent: Option<&'a str>,
    /// All other details: JSON text, byte for byte as it is stored.
    pub metadata: Option<&'a str>,
}

/// The content of a leaf: an event, with its index in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The index of the leaf, from 0.
    pub index: u64,
    /// The event's id.
    pub id: &'a str,
    /// The account that the event is about, where one is known.
    pub user_id: Option<&'a str>,
    /// The kind of the event.
    pub event_type: &'a str,
    /// The other component that recorded the event. None for the service itself.
    pub source: Option<&'a str>,
    /// The time of the event, in milliseconds since the Unix epoch.
    pub created_at: i64,
    /// The digest of the event's details.
    pub details: &'a Hash,
}

impl Details<'_> {
    /// The digest of the details under a salt of 256 random bits.
    #[must_use]
    pub fn digest(&self, salt: &[u8; 32]) -> Hash {
        let mut hash = Sha256::new().chain_update(DETAILS).chain_update(salt);
        for part in [self.ip_address, self.user_agent, self.metadata] {
            update_part(&mut hash, part);
        }
        hash.finalize().into()
    }
}

impl Leaf<'_> {
    /// The leaf hash.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut data = LEAF.to_vec();
        data.extend_from_slice(&self.index.to_be_bytes());
        data.extend_from_slice(&self.created_at.to_be_bytes());
        for part in [Some(self.id), self.user_id, Some(self.event_type), self.source] {
            data.extend_from_slice(&length(part));
            data.extend_from_slice(part.unwrap_or_default().as_bytes());
        }
        data.extend_from_slice(self.details);
        leaf_hash(&data)
    }
}

fn update_part(hash: &mut Sha256, part: Option<&str>) {
    hash.update(length(part));
    hash.update(part.unwrap_or_default().as_bytes());
}

/// The length in bytes that precedes each text; all ones where there is no text. So no two events have the
/// same bytes.
fn length(part: Option<&str>) -> [u8; 8] {
    part.map_or(u64::MAX, |text| u64::try_from(text.len()).unwrap_or(u64::MAX)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAF: Leaf = Leaf {
        index: 7,
        id: "0190",
        user_id: Some("u"),
        event_type: "logout",
        source: None,
        created_at: 1_800_000_000_000,
        details: &[9; 32],
    };

    #[test]
    fn every_part_counts() {
        let others = [
            Leaf { index: 8, ..LEAF },
            Leaf { id: "0191", ..LEAF },
            Leaf { user_id: None, ..LEAF },
            Leaf { user_id: Some(""), ..LEAF },
            Leaf { event_type: "login", ..LEAF },
            Leaf { source: Some(""), ..LEAF },
            Leaf { created_at: -1, ..LEAF },
            Leaf { details: &[8; 32], ..LEAF },
            // The same bytes, cut elsewhere.
            Leaf { id: "019", user_id: Some("0u"), ..LEAF },
        ];
        for other in others {
            assert_ne!(other.hash(), LEAF.hash(), "{other:?}");
        }
        assert_eq!(LEAF.hash(), LEAF.hash());
    }

    #[test]
    fn details_can_be_told_apart_with_their_salt_alone() {
        let details = Details { ip_address: Some("192.0.2.1"), user_agent: None, metadata: Some("{}") };
        let others = [
            Details { ip_address: None, ..details },
            Details { user_agent: Some(""), ..details },
            Details { metadata: None, ..details },
            Details { metadata: Some("{ }"), ..details },
            Details { ip_address: None, user_agent: Some("192.0.2.1"), ..details },
        ];
        for other in others {
            assert_ne!(other.digest(&[1; 32]), details.digest(&[1; 32]), "{other:?}");
        }
        assert_ne!(details.digest(&[1; 32]), details.digest(&[2; 32]));
    }
}

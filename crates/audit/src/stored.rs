//! An event as a row of a database holds it. None of its columns is believed.

use crate::{
    frontier::Tile,
    hash::Hash,
    leaf::{Details, Leaf},
    verify::{Event, Finding, Verifier},
};

/// The text that stands for bytes that are no text. No event holds it, so a hash over it is the hash of no
/// event.
const NOT_TEXT: &str = "\u{fffd}\u{0}not text";

/// A row of the table `security_events`.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The index of its leaf, as the row claims.
    pub leaf: u64,
    /// Its id.
    pub id: String,
    /// The account that it is about.
    pub user_id: Option<String>,
    /// Its kind.
    pub event_type: String,
    /// The other component that recorded it. None for the service itself.
    pub source: Option<String>,
    /// Its time, in milliseconds since the Unix epoch.
    pub created_at: i64,
    /// The client's address.
    pub ip_address: Option<String>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// All other details, as JSON text.
    pub metadata: Option<String>,
    /// The salt of its details. None where they were destroyed.
    pub salt: Option<Vec<u8>>,
    /// The digest of its details.
    pub details_digest: Vec<u8>,
    /// The leaf hash that was noted when it was sealed.
    pub leaf_hash: Option<Vec<u8>>,
}

/// Bytes as text. A text that no event holds, where they are no UTF-8.
#[must_use]
pub fn stored_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|_| NOT_TEXT.to_owned())
}

impl Stored {
    /// The leaf hash that it has at an index. None where its digest is not of 32 bytes.
    #[must_use]
    pub fn hash_at(&self, index: u64) -> Option<Hash> {
        let digest = Hash::try_from(self.details_digest.as_slice()).ok()?;
        Some(self.at(index, &digest).hash())
    }

    /// Whether its details are there, and have its digest.
    #[must_use]
    pub fn has_its_details(&self) -> bool {
        let salt = self.salt.as_deref().and_then(|salt| salt.try_into().ok());
        salt.is_some_and(|salt| self.details().digest(salt) == *self.details_digest)
    }

    /// Verifies it as the next event. See [`Verifier::event`].
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn verify(
        &self,
        verifier: &mut Verifier,
        may_be_bare: bool,
        completed: impl FnMut(Tile),
    ) -> Result<(), Finding> {
        let altered = |_| Finding::Altered { leaf: self.leaf, id: self.id.clone() };
        let digest = Hash::try_from(self.details_digest.as_slice()).map_err(altered)?;
        let event = Event {
            leaf: self.at(self.leaf, &digest),
            salt: self.salt.as_deref(),
            details: self.details(),
            sealed_as: self.leaf_hash.as_deref(),
        };
        verifier.event(&event, may_be_bare, completed)
    }

    fn at<'a>(&'a self, index: u64, details: &'a Hash) -> Leaf<'a> {
        Leaf {
            index,
            id: &self.id,
            user_id: self.user_id.as_deref(),
            event_type: &self.event_type,
            source: self.source.as_deref(),
            created_at: self.created_at,
            details,
        }
    }

    fn details(&self) -> Details<'_> {
        Details {
            ip_address: self.ip_address.as_deref(),
            user_agent: self.user_agent.as_deref(),
            metadata: self.metadata.as_deref(),
        }
    }
}

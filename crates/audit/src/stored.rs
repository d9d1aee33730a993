//! A sealed event as it comes out of a database. Nothing of it is believed.

use crate::{
    frontier::Tile,
    hash::Hash,
    leaf::{Details, Leaf},
    verify::{Event, Finding, Verifier},
};

/// A row of the table `security_events` that has a place in the tree.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its place.
    pub leaf: u64,
    /// Its id.
    pub id: String,
    /// Whose account it is about.
    pub user_id: Option<String>,
    /// Its kind.
    pub event_type: String,
    /// Which other component recorded it.
    pub source: Option<String>,
    /// When it happened, in milliseconds since the Unix epoch.
    pub created_at: i64,
    /// The client's address.
    pub ip_address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// Everything else, as the JSON text that is stored.
    pub metadata: Option<String>,
    /// The salt of its details; none where they were destroyed.
    pub salt: Option<Vec<u8>>,
    /// The digest of its details.
    pub details_digest: Vec<u8>,
    /// The hash that was noted when it was sealed.
    pub leaf_hash: Option<Vec<u8>>,
}

impl Stored {
    /// Looks at it as the next event of a walk. See [`Verifier::event`].
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
            leaf: Leaf {
                index: self.leaf,
                id: &self.id,
                user_id: self.user_id.as_deref(),
                event_type: &self.event_type,
                source: self.source.as_deref(),
                created_at: self.created_at,
                details: &digest,
            },
            salt: self.salt.as_deref(),
            details: Details {
                ip_address: self.ip_address.as_deref(),
                user_agent: self.user_agent.as_deref(),
                metadata: self.metadata.as_deref(),
            },
            sealed_as: self.leaf_hash.as_deref(),
        };
        verifier.event(&event, may_be_bare, completed)
    }
}

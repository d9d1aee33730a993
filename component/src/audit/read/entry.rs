//! What is looked for, and what is found.

use crate::{ids::UserId, time::Time};
use uuid::Uuid;

/// An event, as it is stored.
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub event_type: String,
    /// Which other component recorded it; none for the service itself.
    pub source: Option<String>,
    /// Whose account it is about.
    pub user_id: Option<String>,
    /// The client's address.
    pub ip_address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// A JSON object; none where it was erased.
    pub metadata: Option<String>,
    /// When it happened.
    pub created_at: Time,
    /// Its place in the tree; none until it is sealed.
    pub leaf: Option<u64>,
}

/// What to look for. None: anything.
#[derive(Default)]
pub struct Filter {
    /// The kind.
    pub event_type: Option<String>,
    /// Whose account it is about.
    pub user: Option<UserId>,
    /// The client's address.
    pub ip_address: Option<String>,
    /// Not before.
    pub since: Option<Time>,
    /// Before.
    pub until: Option<Time>,
}

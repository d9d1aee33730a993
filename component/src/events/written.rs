//! What vouches for an event until it is sealed.

use crate::{
    context::Context,
    ids::UserId,
    platform,
    secrets::{Purpose, mac::mac},
};
use mana_auth_audit::{Details, Hash, Leaf};
use uuid::Uuid;

/// What is added to an event when it is written.
pub struct Written {
    /// UUIDv7.
    pub id: Uuid,
    /// A JSON object.
    pub metadata: String,
    /// What the digest is salted with, so that erased details can't be guessed from it.
    pub salt: [u8; 32],
    /// The salted hash of address, user agent and metadata.
    pub digest: Hash,
    /// Who wrote it: see [`mac`].
    pub mac: Vec<u8>,
}

impl Written {
    /// For an event of this kind, and of another component where there is a source.
    #[must_use]
    pub fn new(
        ctx: &Context,
        user: Option<UserId>,
        event_type: &str,
        source: Option<&str>,
        (ip_address, user_agent, metadata): (Option<&str>, Option<&str>, String),
    ) -> Self {
        let (id, salt) = (platform::new_id(ctx.now), platform::random());
        let digest = Details { ip_address, user_agent, metadata: Some(&metadata) }.digest(&salt);
        let (id_text, user) = (id.to_string(), user.map(|user| user.to_string()));
        let leaf = Leaf {
            index: 0,
            id: &id_text,
            user_id: user.as_deref(),
            event_type,
            source,
            created_at: ctx.now.0,
            details: &digest,
        };
        let mac = mac(&ctx.settings.keyring, Purpose::AuditEvent, &[&leaf.hash()]);
        Self { id, mac, metadata, salt, digest }
    }
}

//! Destroying what the trail says of a person. The proof stays whole: the tree holds a digest of it under a salt that is
//! destroyed along with it.

use super::{rows, seal};
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::{Bug, Error},
    storage::Change,
};
use mana_auth_audit::ranges_of;
use uuid::Uuid;

/// How many events one commit strips.
const BATCH: u32 = 500;

/// How often sealing is called for one erasure: others may be sealing, or there is much before it.
const SEALS: u32 = 1_000;

/// What tells of the trail itself, and of nobody's person: without it a leaf that is bare would count as altered.
const KEPT: [&str; 4] = [
    Kind::DetailsErased.name(),
    Kind::EventsPruned.name(),
    Kind::AuditBegun.name(),
    Kind::AuditKeyRotated.name(),
];

/// Destroys address, user agent and metadata of every event about a user, and of those about nobody that name their address.
/// Each commit records which. Returns how many events it was.
///
/// # Errors
///
/// Where storage fails, or the trail can't be sealed: what has no place yet can't be named. What was destroyed before stays
/// so.
pub async fn erase(ctx: &Context, user: Uuid, email: Option<&str>, by: &str) -> Result<u64, Error> {
    let mut erased = 0_u64;
    while seal(ctx).await?.more {}
    loop {
        let mut leaves = rows::detailed_of_user(user, &KEPT, BATCH).await?;
        if leaves.is_empty()
            && let Some(email) = email
        {
            leaves = rows::detailed_of_email(email, BATCH).await?;
        }
        if leaves.is_empty() {
            return Ok(erased);
        }
        // Told, sealed, and then done: a leaf is never bare without a sealed event that says why.
        let event = Event::about(Kind::DetailsErased, user).with("leaves", ranges_of(&leaves)).with("by", by);
        Change::new().record(event).commit(ctx).await?;
        seal_told(ctx, user).await?;
        Change::new().and_all(leaves.iter().map(|leaf| rows::erase(*leaf))).commit(ctx).await?;
        erased = erased.saturating_add(u64::try_from(leaves.len()).unwrap_or(u64::MAX));
    }
}

/// Seals until the erasures about this user are.
async fn seal_told(ctx: &Context, user: Uuid) -> Result<(), Error> {
    for _ in 0..SEALS {
        seal(ctx).await?;
        if !rows::waits(Kind::DetailsErased.name(), user).await? {
            return Ok(());
        }
    }
    Err(Bug::Trail("an erasure can't be sealed".into()).into())
}

//! Events that wait to be sealed. Anybody who can write rows can write one that looks like it. So a row
//! counts once it bears our MAC.

use super::rows::{self, Unsealed};
use crate::{
    context::Context,
    error::{Bug, Failure},
    events::EventType,
    secrets::{
        Purpose,
        mac::{Author, author},
    },
};
use mana_auth_audit::Stored;

/// The number of rows that are read at a time, and how often.
const PAGE: u64 = 50;
const PAGES: u32 = 200;

/// What `read` reads from the newest event of a kind that waits to be sealed, and is the service's own.
///
/// # Errors
///
/// Where storage fails, or ten thousand rows look like such an event and are not ours.
pub async fn newest<T>(
    ctx: &Context,
    kind: EventType,
    read: impl Fn(&Stored) -> Option<T>,
) -> Result<Option<T>, Failure> {
    let mut before = None;
    for _ in 0..PAGES {
        let page = rows::unsealed_of(kind.name(), before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        before = Some(last.id);
        for unsealed in page.iter().filter(|unsealed| unsealed.event.source.is_none()) {
            if let Some(content) = read(&unsealed.event)
                && written_by(ctx, unsealed) == Author::Ours
            {
                return Ok(Some(content));
            }
        }
    }
    Err(Bug::AuditLog(format!("too many rows claim to be an event {}", kind.name())).into())
}

/// Who wrote an event. The MAC is over the hash that it would have as leaf 0.
pub fn written_by(ctx: &Context, unsealed: &Unsealed) -> Author {
    let Some(hash) = unsealed.event.hash_at(0) else { return Author::SomebodyElse };
    match author(&ctx.settings.keyring, Purpose::AuditEvent, &[&hash], &unsealed.mac) {
        Author::Ours if !unsealed.event.has_its_details() => Author::SomebodyElse,
        author => author,
    }
}

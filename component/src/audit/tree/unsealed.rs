//! Events that are still to be sealed. Anybody who writes rows can write one that looks like it: what counts is what bears our MAC.

use super::rows::{self, Unsealed};
use crate::{
    context::Context,
    error::{Bug, Failure},
    events::Kind,
    secrets::{
        Purpose,
        mac::{Author, author},
    },
};
use mana_auth_audit::Stored;

/// How many rows are looked at a time, and how often.
const PAGE: u64 = 50;
const PAGES: u32 = 200;

/// The newest event of a kind that is still to be sealed for which `read` tells something.
///
/// # Errors
///
/// Where storage fails, or ten thousand rows look like it and are not ours.
pub async fn newest<T>(
    ctx: &Context,
    kind: Kind,
    read: impl Fn(&Stored) -> Option<T>,
) -> Result<Option<T>, Failure> {
    let mut before = None;
    for _ in 0..PAGES {
        let page = rows::unsealed_of(kind.name(), before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        before = Some(last.id);
        for unsealed in page.iter().filter(|unsealed| unsealed.event.source.is_none()) {
            if let Some(told) = read(&unsealed.event)
                && written_by(ctx, unsealed) == Author::Ours
            {
                return Ok(Some(told));
            }
        }
    }
    Err(Bug::Trail(format!("too many rows claim to be an event {}", kind.name())).into())
}

/// Who wrote an event that is still to be sealed.
pub fn written_by(ctx: &Context, unsealed: &Unsealed) -> Author {
    let Some(hash) = unsealed.event.hash_at(0) else { return Author::SomebodyElse };
    match author(&ctx.settings.keyring, Purpose::AuditEvent, &[&hash], &unsealed.mac) {
        Author::Ours if !unsealed.event.has_its_details() => Author::SomebodyElse,
        author => author,
    }
}

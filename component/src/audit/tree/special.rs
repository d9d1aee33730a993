//! Events of the service's own that tell of the log itself. Anybody who writes rows can write one that looks like it: what counts is
//! what the signed tree holds, or what bears our MAC while it is still to be sealed.

use super::{rows, rows::Unsealed, signed::Signed};
use crate::{
    audit::{
        Kind,
        mac::{Author, author},
    },
    context::Context,
    error::{Bug, Error},
    settings::Purpose,
};
use mana_auth_audit::Stored;

/// How many rows are looked at a time, and how often.
const PAGE: u64 = 50;
const PAGES: u32 = 200;

/// The newest event of a kind in the tree for which `read` tells something: its place, and that.
///
/// # Errors
///
/// Where storage fails, or ten thousand rows look like it and are not in the tree.
pub async fn newest<T>(
    signed: &mut Signed,
    kind: Kind,
    read: impl Fn(&Stored) -> Option<T>,
) -> Result<Option<(Stored, T)>, Error> {
    let mut before = signed.size();
    for _ in 0..PAGES {
        let page = rows::sealed_of(kind.name(), before, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        before = last.leaf;
        for event in page {
            if let Some(told) = read(&event)
                && signed.includes(&event).await?
            {
                return Ok(Some((event, told)));
            }
        }
    }
    Err(Bug::Trail(format!("too many rows claim to be an event {}", kind.name())).into())
}

/// The newest event of a kind that is still to be sealed for which `read` tells something.
///
/// # Errors
///
/// As [`newest`].
pub async fn newest_unsealed<T>(
    ctx: &Context,
    kind: Kind,
    read: impl Fn(&Stored) -> Option<T>,
) -> Result<Option<T>, Error> {
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

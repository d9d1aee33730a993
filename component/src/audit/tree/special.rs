//! Events of the service's own that tell of the log itself. Anybody who writes rows can write one that looks like it: what counts is
//! what the signed tree holds.

use super::{
    rows,
    signed::Signed,
    unsealed::{PAGE, PAGES},
};
use crate::{
    error::{Bug, Failure},
    events::Kind,
};
use mana_auth_audit::Stored;

/// The newest event of a kind in the tree for which `read` tells something: its place, and that.
///
/// # Errors
///
/// Where storage fails, or ten thousand rows look like it and are not in the tree.
pub async fn newest<T>(
    signed: &mut Signed,
    kind: Kind,
    read: impl Fn(&Stored) -> Option<T>,
) -> Result<Option<(Stored, T)>, Failure> {
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

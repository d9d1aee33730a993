//! The boundary below which events were dropped.

use super::signed::Signed;
use crate::{error::Failure, events::Kind, time::Time};
use mana_auth_audit::{Stored, pruned};

/// The first leaf that no pruning has dropped, or is about to, as the tree proves.
///
/// # Errors
///
/// As [`Signed::newest`].
pub async fn kept_from(signed: &mut Signed) -> Result<u64, Failure> {
    Ok(drawn(signed).await?.map_or(0, |(below, _)| below))
}

/// The newest boundary in the tree, and when it was drawn.
pub async fn drawn(signed: &mut Signed) -> Result<Option<(u64, Time)>, Failure> {
    let told = |event: &Stored| pruned(event.metadata.as_deref()?, event.leaf);
    let Some((event, prefix)) = signed.newest(Kind::EventsPruned, told).await? else {
        return Ok(None);
    };
    // It may be of another tree, from before this one was put back: then it tells nothing of this.
    let speaks_of_this = signed.has_grown_from(prefix).await?;
    Ok(speaks_of_this.then_some((prefix.size, Time(event.created_at))))
}

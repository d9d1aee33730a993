//! Dropping events past their retention. What was signed over them stays, in tiles, so that the rest is verified as before.

use super::rows;
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::Error,
    storage::Change,
    time::{Span, Time},
};
use mana_auth_audit::{TILE, pruned_below};

/// How often another boundary is drawn: each is an event that stays.
const EVERY: Span = Span::days(1);
/// How many events one commit drops, and how many commits one call makes.
const BATCH: u64 = 1_000;
const BATCHES: u32 = 50;

/// Drops a bounded number of events that a checkpoint from before the retention covers. Returns how many it was.
///
/// # Errors
///
/// Where storage fails.
pub async fn prune(ctx: &Context) -> Result<u64, Error> {
    let Some(first) = rows::first_leaf().await? else { return Ok(0) };
    let below = drawn().await?;
    if below <= first {
        draw(ctx, first).await?;
        return Ok(0);
    }
    Change::new().and(rows::drop_seals_before(below)).commit(ctx).await?;
    let mut dropped = 0_u64;
    for _ in 0..BATCHES {
        if below <= first.saturating_add(dropped) {
            break;
        }
        let counts = Change::new().and(rows::drop_before(below, BATCH)).commit(ctx).await?;
        dropped = dropped.saturating_add(counts.first().copied().unwrap_or(0));
    }
    Ok(dropped)
}

/// The first leaf that no pruning has dropped, or is about to, as a sealed event says.
pub async fn drawn() -> Result<u64, Error> {
    let metadata = rows::newest_metadata_of(Kind::EventsPruned.name()).await?;
    Ok(metadata.and_then(|(at, metadata)| pruned_below(&metadata, at)).unwrap_or(0))
}

/// Draws the boundary below which events are dropped once the event that says so is sealed, where there is reason to: at whole
/// tiles, so that the tree beyond it is known without them.
async fn draw(ctx: &Context, first: u64) -> Result<(), Error> {
    let before = ctx.now - ctx.settings.audit_retention;
    let sealed = rows::sealed_before(before).await?.unwrap_or(0);
    let below = sealed / TILE * TILE;
    let lately = rows::last_of(Kind::EventsPruned.name()).await?.is_some_and(|at| ctx.now.since(at) < EVERY);
    if below <= first || lately {
        return Ok(());
    }
    // When a checkpoint was made is not signed; when an event happened is.
    let last = rows::stored(below - 1, 1).await?;
    if last.first().is_none_or(|last| Time(last.created_at) >= before) {
        return Ok(());
    }
    Change::new()
        .and(rows::drop_hours_before(before))
        .record(Event::anonymous(Kind::EventsPruned).with("below", below))
        .commit(ctx)
        .await?;
    Ok(())
}

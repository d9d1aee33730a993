//! Dropping events past their retention. What was signed over them stays, in tiles, so that the rest is verified as before.

use super::rows;
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::Error,
    storage::Change,
    time::Span,
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
    let drawn = drawn().await?;
    let below = if drawn > first { drawn } else { draw(ctx, first).await? };
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

/// The first leaf that no pruning has dropped, or is about to.
pub async fn drawn() -> Result<u64, Error> {
    let metadata = rows::newest_metadata_of(Kind::EventsPruned.name()).await?;
    Ok(metadata.and_then(|metadata| pruned_below(&metadata)).unwrap_or(0))
}

/// Draws the boundary below which events are dropped, where there is reason to: at whole tiles, so that the tree beyond it is
/// known without them.
async fn draw(ctx: &Context, first: u64) -> Result<u64, Error> {
    let sealed = rows::sealed_before(ctx.now - ctx.settings.audit_retention).await?.unwrap_or(0);
    let below = sealed / TILE * TILE;
    let lately = rows::last_of(Kind::EventsPruned.name()).await?.is_some_and(|at| ctx.now.since(at) < EVERY);
    if below <= first || lately {
        return Ok(0);
    }
    Change::new()
        .and(rows::drop_hours_before(ctx.now - ctx.settings.audit_retention))
        .and(rows::drop_seals_before(below))
        .record(Event::anonymous(Kind::EventsPruned).with("below", below))
        .commit(ctx)
        .await?;
    Ok(below)
}

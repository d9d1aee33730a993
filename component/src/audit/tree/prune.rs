//! Pruning: events past their retention are dropped. The tiles over them stay, so that the rest is verified
//! as before.
//!
//! It takes two steps. First an event `events_pruned` draws a boundary, once every event below it was
//! verified. Then, once that event is in the signed tree, what is below the boundary is dropped, a tile at a
//! time.

use super::{hashes, rows, signed::Tree, walk::Walk};
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    events::{Event, EventType},
    platform::{Level, Metric},
    time::{Span, Time},
};
use mana_auth_audit::{Finding, Frontier, Prefix, Subtree, TILE, root_text};

/// The time from one boundary to the next, unless there is much to drop: each boundary is an event that
/// stays.
const EVERY: Span = Span::days(1);
/// The most events that one boundary drops, in whole tiles: all of them are verified before.
const PIECE: u64 = 80 * TILE;
/// The number of tiles that one call drops.
const TILES: u32 = 200;

/// Drops a bounded number of events below the boundary. Where none is left, draws the next boundary. Returns
/// the number of events.
///
/// # Errors
///
/// Where storage fails, or the audit log is not what was signed.
pub async fn prune(ctx: &Context, tree: &mut Tree) -> Result<u64, Failure> {
    let (below, drawn_at) = tree.boundary().await?.unwrap_or_default();
    let mut dropped = 0;
    if below > 0 {
        Change::of(rows::drop_seals_before(below)).commit(ctx).await?;
    }
    for _ in 0..TILES {
        let Some(first) = rows::first_place_below(below).await? else {
            draw(ctx, tree, below, drawn_at).await?;
            break;
        };
        dropped += drop_tile(ctx, first.div_euclid(TILE.cast_signed())).await?;
    }
    Ok(dropped)
}

/// Drops the rows that claim the leaves of a tile below the boundary. They must be all of its leaves, with
/// the root that the tile has. Otherwise somebody has put them there, or some were removed: then they lose
/// their places instead, and stay as foreign rows.
async fn drop_tile(ctx: &Context, tile: i64) -> Result<u64, Failure> {
    let (from, to) =
        (tile.saturating_mul(TILE.cast_signed()), tile.saturating_add(1).saturating_mul(TILE.cast_signed()));
    let is_whole = match u64::try_from(tile) {
        Ok(position) => is_whole(position).await?,
        Err(_) => false,
    };
    let mut change = Change::new();
    let changed = if is_whole {
        change.add_counted(Metric::RowsPruned, "security_events", rows::drop_leaves(from, to))
    } else {
        change.add(rows::displace(from, to))
    };
    let committed = change.commit(ctx).await?;
    Ok(if is_whole { committed[changed] } else { 0 })
}

/// Whether the rows that claim the leaves of a tile are all there, and lead to its root.
async fn is_whole(position: u64) -> Result<bool, Failure> {
    let leaves = Subtree { level: TILE.ilog2(), position }.leaves();
    let hashes = rows::leaf_hashes(leaves.start, leaves.end).await?;
    let mut tile = Frontier::default();
    hashes.iter().for_each(|hash| tile.append(*hash, |_| {}));
    Ok(tile.size() == TILE
        && rows::tiles(1, position, position.saturating_add(1)).await?.first() == Some(&tile.root()))
}

/// Draws the next boundary, where there is reason to. It is the start of a tile, so that the tree beyond it
/// is known without the leaves before it.
///
/// Every event below it must be what was signed, and past its retention by its own time. That time is signed;
/// the time of the checkpoint is not.
async fn draw(ctx: &Context, tree: &mut Tree, first: u64, drawn_at: Time) -> Result<(), Failure> {
    let before = ctx.now - ctx.settings.audit_retention;
    let sealed = rows::sealed_before(before, tree.size()).await?.unwrap_or(0);
    let candidate = sealed.min(first.saturating_add(PIECE)) / TILE * TILE;
    let is_little = candidate.saturating_sub(first) < PIECE;
    if candidate <= first || is_little && (Span::default()..EVERY).contains(&ctx.now.since(drawn_at)) {
        return Ok(());
    }
    let Some(frontier) = tree.prefix(first).await? else { return Ok(()) };
    let below = match verified_below(tree, frontier, candidate, before).await? {
        Ok(verified) => verified / TILE * TILE,
        Err(finding) => {
            ctx.log(
                Level::Error,
                "nothing is dropped from an audit log that is not what was signed",
                &[("finding", &finding.to_string())],
            );
            return Ok(());
        }
    };
    let Some(kept) = hashes::frontier(below).await?.filter(|_| below > first) else { return Ok(()) };
    let root = kept.root();
    if !tree.has_grown_from(Prefix { size: below, root }).await? {
        return Ok(());
    }
    let event = Event::anonymous(EventType::EventsPruned).with("below", below).with("root", root_text(&root));
    let mut change = Change::of(rows::drop_hours_before(before));
    change.record(event);
    change.commit(ctx).await?;
    Ok(())
}

/// The leaf up to which all events are what was signed, and older than a moment: `candidate` at most.
async fn verified_below(
    tree: &mut Tree,
    from: Frontier,
    candidate: u64,
    before: Time,
) -> Result<Result<u64, Finding>, Failure> {
    let mut walk = Walk::new(tree, from).await?;
    let finding = match walk.to(candidate, Some(before)).await? {
        Some(finding) => Some(finding),
        None => walk.unproven().await?,
    };
    Ok(finding.map_or(Ok(walk.size()), Err))
}

//! Dropping events past their retention. What was signed over them stays, in tiles, so that the rest is verified as before.

use super::{boundary::drawn, hashes, rows, signed::Signed, walk::Walk};
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    events::{Event, Kind},
    platform::{Level, Metric},
    time::{Span, Time},
};
use mana_auth_audit::{Prefix, Subtree, TILE, root_text};

/// How often another boundary is drawn, unless there is much to drop: each is an event that stays.
const EVERY: Span = Span::days(1);
/// How many events one boundary drops at most, in whole tiles: all of them are verified before.
const PIECE: u64 = 80 * TILE;
/// How many tiles one call drops.
const TILES: u32 = 200;

/// Drops a bounded number of events that are past their retention, as the tree proves. Returns how many it was.
///
/// # Errors
///
/// Where storage fails, or the trail is not what was signed.
pub async fn prune(ctx: &Context, signed: &mut Signed) -> Result<u64, Failure> {
    let (below, drawn_at) = drawn(signed).await?.unwrap_or_default();
    let mut dropped = 0;
    if below > 0 {
        Change::of(rows::drop_seals_before(below)).commit(ctx).await?;
    }
    for _ in 0..TILES {
        let Some(first) = rows::first_place_below(below).await? else {
            draw(ctx, signed, below, drawn_at).await?;
            break;
        };
        dropped += drop_tile(ctx, first.div_euclid(TILE.cast_signed())).await?;
    }
    Ok(dropped)
}

/// Drops what stands in a tile that was pruned. What is not all of it was never there, or is not all there any more: somebody else has
/// put it there, and it loses its place instead.
async fn drop_tile(ctx: &Context, tile: i64) -> Result<u64, Failure> {
    let (from, to) =
        (tile.saturating_mul(TILE.cast_signed()), tile.saturating_add(1).saturating_mul(TILE.cast_signed()));
    let is_whole = match u64::try_from(tile) {
        Ok(position) => {
            let leaves = Subtree { level: TILE.ilog2(), position };
            let (first, end) = (leaves.leaves().start, leaves.leaves().end);
            let hashes = rows::leaf_hashes(first, end).await?;
            let mut tree = mana_auth_audit::Frontier::default();
            hashes.iter().for_each(|hash| tree.append(*hash, |_| {}));
            tree.size() == TILE
                && rows::tiles(1, position, position.saturating_add(1)).await?.first() == Some(&tree.root())
        }
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

/// Draws the boundary below which events are dropped once the event that says so is sealed, where there is reason to: at whole
/// tiles, so that the tree beyond it is known without them. Each of these events must be what was signed, and past its retention:
/// when a checkpoint was made is not signed, when an event happened is.
async fn draw(ctx: &Context, signed: &mut Signed, first: u64, lately: Time) -> Result<(), Failure> {
    let before = ctx.now - ctx.settings.audit_retention;
    let sealed = rows::sealed_before(before, signed.size()).await?.unwrap_or(0);
    let candidate = sealed.min(first.saturating_add(PIECE)) / TILE * TILE;
    let is_little = candidate.saturating_sub(first) < PIECE;
    if candidate <= first || is_little && (Span::default()..EVERY).contains(&ctx.now.since(lately)) {
        return Ok(());
    }
    let Some(frontier) = signed.prefix(first).await? else { return Ok(()) };
    let mut walk = Walk::new(ctx, signed, frontier).await?;
    let finding = match walk.to(candidate, Some(before)).await? {
        Some(finding) => Some(finding),
        None => walk.unproven().await?,
    };
    let below = walk.size() / TILE * TILE;
    if let Some(finding) = finding {
        ctx.log(
            Level::Error,
            "nothing is dropped from an audit trail that is not what was signed",
            &[("finding", &finding.to_string())],
        );
        return Ok(());
    }
    let Some(tree) = hashes::frontier(below).await?.filter(|_| below > first) else { return Ok(()) };
    if !signed.has_grown_from(Prefix { size: below, root: tree.root() }).await? {
        return Ok(());
    }
    let event =
        Event::anonymous(Kind::EventsPruned).with("below", below).with("root", root_text(&tree.root()));
    let mut change = Change::of(rows::drop_hours_before(before));
    change.record(event);
    change.commit(ctx).await?;
    Ok(())
}

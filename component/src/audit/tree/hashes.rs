//! Hashes of ranges of leaves, from the rows of tiles and events. A hash from a row proves nothing until a
//! root is computed from it that equals the signed one.

use super::rows;
use crate::error::Failure;
use mana_auth_audit::{Frontier, Hash, Subtree, fold};
use std::ops::Range;

/// The hash of one range of a proof. None where a part of it is missing.
pub async fn hash_of(range: &Range<u64>) -> Result<Option<Hash>, Failure> {
    Ok(subtrees(range).await?.and_then(|subtrees| fold(&subtrees)))
}

/// The tree of the first `size` leaves. None where a part of it is missing.
pub async fn frontier(size: u64) -> Result<Option<Frontier>, Failure> {
    Ok(subtrees(&(0..size)).await?.and_then(|roots| Frontier::from_bytes(size, &roots.concat())))
}

/// The roots of the perfect subtrees that a range consists of, largest first.
async fn subtrees(range: &Range<u64>) -> Result<Option<Vec<Hash>>, Failure> {
    let mut hashes = Vec::new();
    for subtree in Subtree::of(range) {
        let Some(root) = root(subtree).await? else { return Ok(None) };
        hashes.push(root);
    }
    Ok(Some(hashes))
}

/// The root of a perfect subtree, computed from the largest tiles that it consists of; from its leaves where
/// it is smaller than a tile. None where a leaf was dropped, or a row is missing.
async fn root(subtree: Subtree) -> Result<Option<Hash>, Failure> {
    let (level, places) = subtree.tiles();
    let tiles = if level == 0 {
        rows::leaf_hashes(places.start, places.end).await?
    } else {
        rows::tiles(level, places.start, places.end).await?
    };
    Ok(subtree.root(tiles))
}

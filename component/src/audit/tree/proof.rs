//! Proofs for whoever keeps checkpoints outside.

use super::rows;
use crate::error::{Bug, Error};
use mana_auth_audit::{
    Frontier, Hash, Subtree, consistency as consistency_ranges, fold, inclusion as inclusion_ranges,
};
use std::ops::Range;
use uuid::Uuid;

/// That an event is in the tree of the newest checkpoint (RFC 9162 §2.1.3).
pub struct Inclusion {
    /// Its place.
    pub leaf: u64,
    /// The number of leaves of the checkpoint.
    pub size: u64,
    /// The event's hash.
    pub leaf_hash: Hash,
    /// The hashes that lead from there to the root.
    pub path: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

/// That one tree has grown from another (RFC 9162 §2.1.4).
pub struct Consistency {
    /// The number of leaves of the older.
    pub from: u64,
    /// The number of leaves of the newer.
    pub to: u64,
    /// The hashes that lead from the roots to each other.
    pub path: Vec<Hash>,
}

/// Proves that an event is in the tree.
///
/// # Errors
///
/// `NotFound` where there is no such event, or it is still to be sealed.
pub async fn inclusion(event: Uuid) -> Result<Inclusion, Error> {
    let (leaf, leaf_hash) = rows::place_of(event).await?.ok_or(Error::NotFound)?;
    let (Some(leaf), Some(leaf_hash)) = (leaf, leaf_hash) else { return Err(Error::NotFound) };
    let (size, checkpoint) = rows::newest_seal().await?.ok_or(Error::NotFound)?;
    let ranges = inclusion_ranges(leaf, size).ok_or_else(gone)?;
    Ok(Inclusion { leaf, size, leaf_hash, path: hashes(&ranges).await?, checkpoint })
}

/// Proves that the tree of `to` leaves has grown from that of `from`.
///
/// # Errors
///
/// `Invalid` where it can't have, or is larger than the newest checkpoint.
pub async fn consistency(from: u64, to: u64) -> Result<Consistency, Error> {
    let size = rows::newest_seal().await?.map_or(0, |(size, _)| size);
    if to > size {
        return Err(Error::invalid("to", "must be at most the size of the newest checkpoint"));
    }
    let ranges =
        consistency_ranges(from, to).ok_or_else(|| Error::invalid("from", "must be from 1 to `to`"))?;
    Ok(Consistency { from, to, path: hashes(&ranges).await? })
}

async fn hashes(ranges: &[Range<u64>]) -> Result<Vec<Hash>, Error> {
    let mut hashes = Vec::with_capacity(ranges.len());
    for range in ranges {
        hashes.push(fold(&subtrees(range).await?).ok_or_else(gone)?);
    }
    Ok(hashes)
}

/// The tree of the first `size` leaves.
pub async fn frontier(size: u64) -> Result<Frontier, Error> {
    let roots = subtrees(&(0..size)).await?;
    Frontier::from_bytes(size, &roots.concat()).ok_or_else(gone)
}

async fn subtrees(range: &Range<u64>) -> Result<Vec<Hash>, Error> {
    let mut hashes = Vec::new();
    for subtree in Subtree::of(range) {
        hashes.push(root(subtree).await?);
    }
    Ok(hashes)
}

/// The root of a perfect subtree: from the largest tiles that it consists of, or from its leaves.
async fn root(subtree: Subtree) -> Result<Hash, Error> {
    let (level, places) = subtree.tiles();
    let tiles = if level == 0 {
        rows::leaf_hashes(places.start, places.end).await?
    } else {
        rows::tiles(level, places.start, places.end).await?
    };
    // None where a leaf was dropped, or a row is missing.
    subtree.root(tiles).ok_or_else(gone)
}

fn gone() -> Error {
    Error::Bug(Bug::Trail("a part of the tree is missing".into()))
}

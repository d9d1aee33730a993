//! Proofs for whoever keeps checkpoints outside.

use super::{hashes::hash_of, rows, signed::Tree};
use crate::{
    context::Context,
    error::{FieldProblem, LookupError, QueryError},
};
use mana_auth_audit::{Hash, consistency as consistency_ranges};
use uuid::Uuid;

/// An inclusion proof: an event is in the tree of the newest checkpoint (RFC 9162 §2.1.3).
pub struct Inclusion {
    /// The leaf of the event.
    pub leaf: u64,
    /// The number of leaves of the checkpoint.
    pub size: u64,
    /// The hash of the leaf.
    pub leaf_hash: Hash,
    /// The hashes that lead from the leaf to the root.
    pub path: Vec<Hash>,
    /// The checkpoint, as a signed note.
    pub checkpoint: String,
}

/// A consistency proof: one tree has grown from another (RFC 9162 §2.1.4).
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
/// `NotFound` where there is no such event, or it is still to be sealed, or not what was sealed.
pub async fn inclusion(ctx: &Context, event: Uuid) -> Result<Inclusion, LookupError> {
    let event = rows::stored_as(event).await?.ok_or(LookupError::NotFound)?;
    let leaf_hash = event.hash_at(event.leaf).ok_or(LookupError::NotFound)?;
    let mut tree = Tree::find(ctx).await?.ok_or(LookupError::NotFound)?;
    let path = tree.path_of(event.leaf, leaf_hash).await?.ok_or(LookupError::NotFound)?;
    let (size, checkpoint) = (tree.size(), tree.head.checkpoint.ok_or(LookupError::NotFound)?);
    Ok(Inclusion { leaf: event.leaf, size, leaf_hash, path, checkpoint })
}

/// Proves that the tree of `to` leaves has grown from the tree of `from` leaves.
///
/// # Errors
///
/// `Invalid` where it can't have, or is larger than the newest checkpoint. `NotFound` where a hash of the
/// proof is gone.
pub async fn consistency(ctx: &Context, from: u64, to: u64) -> Result<Consistency, QueryError> {
    let size = Tree::find(ctx).await?.map_or(0, |tree| tree.size());
    if to > size {
        return Err(FieldProblem::new("to", "must be at most the size of the newest checkpoint").into());
    }
    let ranges =
        consistency_ranges(from, to).ok_or_else(|| FieldProblem::new("from", "must be from 1 to `to`"))?;
    let mut path = Vec::with_capacity(ranges.len());
    for range in &ranges {
        path.push(hash_of(range).await?.ok_or(QueryError::NotFound)?);
    }
    Ok(Consistency { from, to, path })
}

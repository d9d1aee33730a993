//! Inclusion proofs and consistency proofs (RFC 9162 §2.1.3 and §2.1.4).
//!
//! A proof is a list of hashes, each of a range of leaves. The ranges follow from the sizes alone. Whoever
//! has the tree makes a proof in three steps: compute the ranges; read the roots of the perfect subtrees that
//! each range consists of; [`fold`] them into one hash.

use crate::{
    frontier::{Frontier, TILE},
    hash::{Hash, node_hash},
};
use std::ops::Range;

/// A perfect subtree: `2^level` leaves, the `position`th of its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// The level, 0 for a leaf.
    pub level: u32,
    /// The position among the subtrees of its level, from 0.
    pub position: u64,
}

impl Subtree {
    /// The perfect subtrees that one range of a proof consists of, largest first.
    #[must_use]
    pub fn of(range: &Range<u64>) -> Vec<Self> {
        let mut subtrees = Vec::new();
        let mut start = range.start;
        while start < range.end {
            let level = (range.end - start).ilog2();
            subtrees.push(Self { level, position: start >> level });
            start += 1 << level;
        }
        subtrees
    }

    /// The range of its leaves.
    #[must_use]
    pub const fn leaves(self) -> Range<u64> {
        self.position << self.level..(self.position + 1) << self.level
    }

    /// The largest tiles that it consists of: their level, and their positions in it. Level 0 stands for its
    /// leaves.
    #[must_use]
    pub const fn tiles(self) -> (u32, Range<u64>) {
        let level = self.level / TILE.ilog2();
        let below = self.level % TILE.ilog2();
        (level, self.position << below..(self.position + 1) << below)
    }

    /// The root, computed from the hashes of [`Subtree::tiles`] in order. None where there are more or fewer.
    #[must_use]
    pub fn root(self, tiles: impl IntoIterator<Item = Hash>) -> Option<Hash> {
        let mut tree = Frontier::default();
        tiles.into_iter().for_each(|tile| tree.append(tile, |_| {}));
        let (_, places) = self.tiles();
        (tree.size() == places.end - places.start).then(|| tree.root())
    }
}

/// The hash of a range, computed from the roots of its perfect subtrees, largest first. None without any.
#[must_use]
pub fn fold(subtrees: &[Hash]) -> Option<Hash> {
    let (smallest, larger) = subtrees.split_last()?;
    Some(larger.iter().rev().fold(*smallest, |right, left| node_hash(left, &right)))
}

/// The ranges of an inclusion proof (`PATH`), nearest to the leaf first: their hashes prove that the leaf
/// `index` is in the tree of `size` leaves. None where it is not.
#[must_use]
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut ranges = Vec::new();
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        let middle = tree.start + split(tree.end - tree.start);
        if index < middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    ranges.reverse();
    Some(ranges)
}

/// The ranges of a consistency proof (`PROOF`): their hashes prove that the tree of `size` leaves has grown
/// from the tree of `from` leaves. None where `from` is larger. None also where it is 0: every tree has grown
/// from the empty one, and there is nothing to prove.
#[must_use]
pub fn consistency(from: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if from == 0 || from > size {
        return None;
    }
    let mut ranges = Vec::new();
    let mut tree = 0..size;
    // Whether `tree` begins with leaf 0. Then it becomes the older tree, whose root the verifier knows.
    let mut whole = true;
    while tree.end != from {
        let middle = tree.start + split(tree.end - tree.start);
        if from <= middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
            whole = false;
        }
    }
    if !whole {
        ranges.push(tree);
    }
    ranges.reverse();
    Some(ranges)
}

/// The largest power of two below `n`, which is at least 2.
const fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// Verifies an inclusion proof: whether `leaf` is the leaf hash at `index` in the tree with this size and
/// root (RFC 9162 §2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    let Some(ranges) = inclusion(index, size) else { return false };
    if ranges.len() != path.len() {
        return false;
    }
    let computed = ranges.iter().zip(path).fold(leaf, |hash, (range, sibling)| {
        if range.start > index { node_hash(&hash, sibling) } else { node_hash(sibling, &hash) }
    });
    computed == *root
}

/// Verifies a consistency proof: whether the tree of `size` leaves and `root` has grown from the tree of
/// `from` leaves and `from_root` (RFC 9162 §2.1.4.2).
#[must_use]
pub fn verify_consistency(from: u64, from_root: &Hash, size: u64, root: &Hash, path: &[Hash]) -> bool {
    if from == size {
        return path.is_empty() && from_root == root;
    }
    let Some(ranges) = consistency(from, size) else { return false };
    if ranges.len() != path.len() {
        return false;
    }
    let mut parts = ranges.iter().zip(path);
    // Both roots are computed at once, from the same hashes. Where the older tree is a perfect subtree of the
    // newer, they begin with its root, which the proof does not repeat.
    let (mut old, mut new) = if from.is_power_of_two() {
        (*from_root, *from_root)
    } else {
        let Some((_, first)) = parts.next() else { return false };
        (*first, *first)
    };
    for (range, hash) in parts {
        if range.start < from {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
        } else {
            new = node_hash(&new, hash);
        }
    }
    old == *from_root && new == *root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    fn leaf(n: u64) -> Hash {
        leaf_hash(&n.to_be_bytes())
    }

    fn root(size: u64) -> Hash {
        let mut frontier = Frontier::default();
        (0..size).for_each(|n| frontier.append(leaf(n), |_| {}));
        frontier.root()
    }

    fn subtree(tree: Subtree) -> Hash {
        tree.root(tree.leaves().map(leaf)).expect("below the level of tiles")
    }

    #[test]
    fn a_subtree_is_that_of_its_tiles() {
        let two = |at: u64| Subtree { level: 1, position: at }.root([leaf(2 * at), leaf(2 * at + 1)]);
        assert_eq!(Subtree { level: 9, position: 3 }.tiles(), (1, 6..8));
        assert_eq!(Subtree { level: 7, position: 1 }.tiles(), (0, 128..256));
        assert_eq!(Subtree { level: 16, position: 5 }.tiles(), (2, 5..6));
        assert_eq!(two(1), Some(node_hash(&leaf(2), &leaf(3))));
        assert_eq!(Subtree { level: 1, position: 0 }.root([leaf(0)]), None);
        assert_eq!(Subtree { level: 1, position: 0 }.root([leaf(0), leaf(1), leaf(2)]), None);
    }

    fn path(ranges: &[Range<u64>]) -> Vec<Hash> {
        let hash = |range| fold(&Subtree::of(range).into_iter().map(subtree).collect::<Vec<_>>());
        ranges.iter().map(|range| hash(range).expect("a range of a proof is not empty")).collect()
    }

    #[test]
    fn every_leaf_of_every_tree_is_proven_and_nothing_else() {
        for size in 1..=33 {
            for index in 0..size {
                let path = path(&inclusion(index, size).expect("it is inside"));
                assert!(verify_inclusion(leaf(index), index, size, &path, &root(size)), "{index} of {size}");
                assert!(!verify_inclusion(leaf(index + 1), index, size, &path, &root(size)));
                assert!(!verify_inclusion(leaf(index), index, size, &path, &root(size + 1)));
                assert!(
                    !verify_inclusion(leaf(index), (index + 1) % size, size, &path, &root(size)) || size == 1
                );
                for at in 0..path.len() {
                    let mut wrong = path.clone();
                    wrong[at][0] ^= 1;
                    assert!(!verify_inclusion(leaf(index), index, size, &wrong, &root(size)));
                    assert!(!verify_inclusion(leaf(index), index, size, &path[..at], &root(size)));
                }
            }
            assert!(inclusion(size, size).is_none());
        }
    }

    #[test]
    fn every_growth_is_proven_and_nothing_else() {
        for size in 1..=33 {
            for from in 1..=size {
                let path = path(&consistency(from, size).expect("it has grown"));
                let (old, new) = (root(from), root(size));
                assert!(verify_consistency(from, &old, size, &new, &path), "{from} to {size}");
                assert!(
                    !verify_consistency(from, &leaf(99), size, &new, &path)
                        || from == size && old == leaf(99)
                );
                assert!(!verify_consistency(from, &old, size, &leaf(99), &path));
                for at in 0..path.len() {
                    let mut wrong = path.clone();
                    wrong[at][0] ^= 1;
                    assert!(!verify_consistency(from, &old, size, &new, &wrong));
                    assert!(!verify_consistency(from, &old, size, &new, &path[..at]));
                }
            }
            assert!(consistency(0, size).is_none() && consistency(size + 1, size).is_none());
        }
    }
}

//! The frontier: a tree that only grows, held as the roots of its perfect subtrees.

use crate::hash::{Hash, empty_root, node_hash};

/// The number of leaves, or of tiles of the level below, that one tile stands for. The roots of perfect
/// subtrees are kept at every eighth level. So a proof reads a few hundred hashes, however large the tree is.
pub const TILE: u64 = 256;

/// A tile: the root of a complete perfect subtree of `TILE.pow(level)` leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The level, from 1.
    pub level: u32,
    /// The position among the tiles of its level, from 0.
    pub position: u64,
    /// The root of the subtree.
    pub hash: Hash,
}

/// The roots of the perfect subtrees that a tree consists of, largest first (a "compact range" from 0).
///
/// There is one for each bit of the size that is set: a tree of 6 leaves consists of a subtree of 4 and one
/// of 2. They are all that is needed to append leaves and to compute the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier of a tree of this size, from [`Frontier::to_bytes`]. None where the number of roots is
    /// not the number of bits that are set in the size.
    #[must_use]
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (roots, rest) = bytes.as_chunks::<32>();
        (rest.is_empty() && roots.len() == count(size)).then(|| Self { size, roots: roots.to_vec() })
    }

    /// The roots, largest subtree first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root hash of the whole tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().copied();
        let Some(smallest) = roots.next() else { return empty_root() };
        roots.fold(smallest, |right, left| node_hash(&left, &right))
    }

    /// Appends a leaf, and calls `completed` for each tile that it completes.
    pub fn append(&mut self, leaf: Hash, mut completed: impl FnMut(Tile)) {
        let mut root = leaf;
        let mut level = 0;
        // As in adding 1 to a binary number: two subtrees of one size become one of twice the size, which may
        // meet another one of its own size.
        while self.size >> level & 1 == 1 {
            let Some(left) = self.roots.pop() else { break };
            root = node_hash(&left, &root);
            level += 1;
            if level % TILE.ilog2() == 0 {
                let position = self.size >> level;
                completed(Tile { level: level / TILE.ilog2(), position, hash: root });
            }
        }
        self.roots.push(root);
        self.size += 1;
    }
}

fn count(size: u64) -> usize {
    usize::try_from(size.count_ones()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    /// RFC 9162 §2.1.1, to the letter.
    fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&root(left), &root(right))
            }
        }
    }

    #[test]
    fn a_growing_tree_is_the_tree_of_its_leaves() {
        let mut frontier = Frontier::default();
        let mut leaves = Vec::new();
        let mut tiles = Vec::new();
        for n in 0..600_u32 {
            assert_eq!(frontier.root(), root(&leaves), "{n}");
            assert_eq!(Frontier::from_bytes(frontier.size(), &frontier.to_bytes()).as_ref(), Some(&frontier));
            leaves.push(leaf_hash(&n.to_be_bytes()));
            frontier.append(leaf_hash(&n.to_be_bytes()), |tile| tiles.push(tile));
        }
        let expected = [0, 1].map(|position| {
            let leaves = &leaves[position * 256..(position + 1) * 256];
            Tile { level: 1, position: position as u64, hash: root(leaves) }
        });
        assert_eq!(tiles, expected);
    }

    #[test]
    fn a_tile_of_tiles_is_told_once() {
        let mut frontier = Frontier::default();
        let mut last = None;
        for n in 0..TILE.pow(2) {
            frontier.append(leaf_hash(&n.to_be_bytes()), |tile| last = Some((n, tile)));
        }
        let (at, tile) = last.expect("a tile");
        assert_eq!((at, tile.level, tile.position), (TILE.pow(2) - 1, 2, 0));
        assert_eq!(tile.hash, frontier.root());
    }

    #[test]
    fn a_size_tells_the_number_of_roots() {
        assert!(Frontier::from_bytes(3, &[0; 64]).is_some());
        for (size, length) in [(3, 32), (3, 96), (3, 63), (0, 32), (u64::MAX, 64)] {
            assert!(Frontier::from_bytes(size, &vec![0; length]).is_none(), "{size} {length}");
        }
    }

    /// The tree of certificate transparency's own tests (`CertificateTransparency/merkletree_test`): eight
    /// leaves.
    #[test]
    fn published_roots() {
        let leaves = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::default();
        for (leaf, root) in leaves.iter().zip(roots) {
            frontier.append(leaf_hash(&hex::decode(leaf).expect("hex")), |_| {});
            assert_eq!(hex::encode(frontier.root()), root);
        }
    }
}

//! The tree as it was signed, and what it proves of rows. Before anybody acts on what an event tells (pruning, erasing, hiding,
//! comparing), the event must be in it: its place is below the signed size, and its hash leads to the signed root.

use super::{
    begun::{self, Begun},
    hashes,
    keys::{self, signed_by},
    rows::{self, Key, Tree},
};
use crate::{
    context::Context,
    error::{Bug, Failure},
};
use mana_auth_audit::{
    Checkpoint, Hash, Prefix, Stored, consistency, inclusion, verify_consistency, verify_inclusion,
};
use std::{collections::BTreeMap, ops::Range};

/// The most attempts to read the tree. An attempt fails if another process seals between its statements.
const READS: u32 = 3;

/// A tree that one of our keys has signed.
pub struct Signed {
    /// Its row, which is what was signed.
    pub tree: Tree,
    /// The key that signed it; where an event begins its name that is still to be sealed, the one that this names. None where it is
    /// none of ours.
    pub signer: Option<Key>,
    /// Hashes of ranges of leaves, as far as they were read. They prove nothing before a root is computed from them.
    hashes: BTreeMap<(u64, u64), Option<Hash>>,
}

impl Signed {
    /// The tree as it is now, once it was begun.
    ///
    /// # Errors
    ///
    /// As [`Signed::find`]; also where its row was removed.
    pub async fn read(ctx: &Context) -> Result<Self, Failure> {
        Self::find(ctx).await?.ok_or_else(|| Bug::Trail("the row of audit_tree was removed".into()).into())
    }

    /// The tree as it is now; none before it was begun.
    ///
    /// # Errors
    ///
    /// Where storage fails, or it is not the one that was signed last.
    pub async fn find(ctx: &Context) -> Result<Option<Self>, Failure> {
        for _ in 0..READS {
            let Some(tree) = rows::tree().await? else { return Ok(None) };
            // The keys are read after the tree, so they include the one that signed it.
            let keys = keys::ours(ctx).await?;
            match Self::of(ctx, tree, &keys).await {
                // Another process has sealed in between.
                Err(Failure::Overloaded) => {}
                outcome => return outcome.map(Some),
            }
        }
        Err(Failure::Overloaded)
    }

    /// This tree, if one of these keys signed it: whoever edits it by hand does not get another signature for it.
    ///
    /// # Errors
    ///
    /// As [`Signed::read`].
    pub async fn of(ctx: &Context, tree: Tree, keys: &[Key]) -> Result<Self, Failure> {
        let wrong = || Failure::Bug(Bug::Trail("the tree is not the one that was signed last".into()));
        let signed =
            |tree, signer: Option<&Key>| Self { tree, signer: signer.cloned(), hashes: BTreeMap::new() };
        let named = |begun: &Begun| begun.key.and_then(|public| keys::of_public(public, keys));
        let Some(note) = &tree.checkpoint else {
            // Whoever begins a trail says so in the same commit: one that was emptied is not begun again.
            let begun = begun::announced(ctx, &tree.origin).await?.filter(|_| tree.frontier.size() == 0);
            let Some(begun) = begun else { return Err(unless_it_has_grown(&tree, wrong()).await) };
            let signer = named(&begun);
            return Ok(signed(tree, signer));
        };
        let Ok((_, checkpoint)) = Checkpoint::of_note(note) else { return Err(wrong()) };
        if checkpoint.size != tree.frontier.size() || checkpoint.root != tree.frontier.root() {
            return Err(wrong());
        }
        // A trail goes on under another name with an event that says so, and it is sealed with the first checkpoint under it. Where
        // it follows this very checkpoint, the event vouches for it: the key that signed it may be lost.
        let mut signer = None;
        if checkpoint.origin != tree.origin {
            let Some(begun) = begun::announced(ctx, &tree.origin).await? else {
                let untold = Failure::Bug(Bug::Trail("nothing tells why the trail has another name".into()));
                return Err(unless_it_has_grown(&tree, untold).await);
            };
            signer = named(&begun);
            if begun.follows == checkpoint.to_string() {
                return Ok(signed(tree, signer));
            }
        }
        let (_, key) = signed_by(note, keys)?.ok_or_else(wrong)?;
        Ok(signed(tree, signer.or(Some(key))))
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.tree.frontier.size()
    }

    /// Whether an event, with its details, is the leaf of the tree that its row says.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn includes(&mut self, event: &Stored) -> Result<bool, Failure> {
        let Some(hash) = event.hash_at(event.leaf).filter(|_| event.has_its_details()) else {
            return Ok(false);
        };
        Ok(self.path_of(event.leaf, hash).await?.is_some())
    }

    /// The hashes that lead from a leaf to the root. None where they don't.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn path_of(&mut self, leaf: u64, hash: Hash) -> Result<Option<Vec<Hash>>, Failure> {
        let size = self.size();
        let Some(ranges) = inclusion(leaf, size) else { return Ok(None) };
        let path = self.read_hashes(&ranges).await?;
        let root = self.tree.frontier.root();
        Ok(path.filter(|path| verify_inclusion(hash, leaf, size, path, &root)))
    }

    /// Whether the tree has grown from another.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn has_grown_from(&mut self, other: Prefix) -> Result<bool, Failure> {
        let (size, root) = (self.size(), self.tree.frontier.root());
        if other.size == size {
            return Ok(other.root == root);
        }
        let Some(ranges) = consistency(other.size, size) else {
            // Every tree has grown from the empty one.
            return Ok(other.size == 0 && other.root == mana_auth_audit::empty_root());
        };
        let path = self.read_hashes(&ranges).await?;
        Ok(path.is_some_and(|path| verify_consistency(other.size, &other.root, size, &root, &path)))
    }

    /// The tree of the first leaves. None where a part of it is missing, or was altered.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn prefix(&mut self, size: u64) -> Result<Option<mana_auth_audit::Frontier>, Failure> {
        let Some(frontier) = hashes::frontier(size).await? else { return Ok(None) };
        let grown = self.has_grown_from(Prefix { size, root: frontier.root() }).await?;
        Ok(grown.then_some(frontier))
    }

    async fn read_hashes(&mut self, ranges: &[Range<u64>]) -> Result<Option<Vec<Hash>>, Failure> {
        let mut hashes = Vec::with_capacity(ranges.len());
        for range in ranges {
            let at = (range.start, range.end);
            let known = self.hashes.get(&at).copied();
            let hash = match known {
                Some(hash) => hash,
                None => hashes::hash_of(range).await?,
            };
            self.hashes.insert(at, hash);
            let Some(hash) = hash else { return Ok(None) };
            hashes.push(hash);
        }
        Ok(Some(hashes))
    }
}

/// What is wrong with a tree of which no event tells that is still to be sealed; unless another process has just sealed that event.
async fn unless_it_has_grown(tree: &Tree, wrong: Failure) -> Failure {
    match rows::tree().await {
        Ok(Some(now)) if now.checkpoint != tree.checkpoint => Failure::Overloaded,
        _ => wrong,
    }
}

//! The signed tree, and what it proves of rows.
//!
//! Whoever owns the database can write any row. So no event is acted on (in pruning, erasing, comparing)
//! because its row says so: the tree must include it. That is, its leaf is below the signed size, and the
//! hash of its content leads to the signed root.

use super::{
    begun::{self, Begun},
    hashes,
    keys::{CheckpointKey, Keys},
    rows::{self, Head},
};
use crate::{
    context::Context,
    error::{Bug, Failure},
};
use mana_auth_audit::{
    Checkpoint, Frontier, Hash, Prefix, Stored, consistency, empty_root, inclusion, verify_consistency,
    verify_inclusion,
};
use std::{collections::BTreeMap, ops::Range};

/// The most attempts to read the tree. An attempt fails if another process seals between its statements.
const READS: u32 = 3;

/// A tree whose head is the one that was signed last.
pub struct Tree {
    /// The tree head, whose checkpoint was verified.
    pub(super) head: Head,
    /// Our keys. They were read after the head, so the one that signed it is among them.
    pub(super) keys: Keys,
    /// The key that signed the head. Where an event begins another origin and is not sealed yet, the key that
    /// it names. None where that key is none of ours.
    pub(super) signer: Option<CheckpointKey>,
    /// Hashes of ranges of leaves that were read. They prove nothing before a root is computed from them.
    hashes: BTreeMap<(u64, u64), Option<Hash>>,
}

impl Tree {
    /// The tree as it is now, once the audit log was begun.
    ///
    /// # Errors
    ///
    /// As [`Tree::find`]; also where its row was removed.
    pub async fn read(ctx: &Context) -> Result<Self, Failure> {
        Self::find(ctx).await?.ok_or_else(|| Bug::AuditLog("the row of audit_tree was removed".into()).into())
    }

    /// The tree as it is now; none before the audit log was begun.
    ///
    /// # Errors
    ///
    /// Where storage fails, or the tree head is not the one that was signed last.
    pub async fn find(ctx: &Context) -> Result<Option<Self>, Failure> {
        for _ in 0..READS {
            let Some(head) = rows::head().await? else { return Ok(None) };
            match Self::of(ctx, head).await {
                // Another process has sealed in between.
                Err(Failure::Overloaded) => {}
                outcome => return outcome.map(Some),
            }
        }
        Err(Failure::Overloaded)
    }

    /// The tree of this head, which was read before.
    ///
    /// # Errors
    ///
    /// Where storage fails, or the head is not the one that was signed last. `Overloaded` where another
    /// process has sealed since it was read.
    pub async fn of(ctx: &Context, head: Head) -> Result<Self, Failure> {
        let keys = Keys::ours(ctx).await?;
        Self::with_keys(ctx, head, keys).await
    }

    /// The tree of this head, if one of these keys signed it. A head that somebody edited by hand is not
    /// signed again.
    ///
    /// Two events take the place of a signature, as long as they wait to be sealed: a new log has no
    /// checkpoint yet, and a log under a new origin has one of the old origin alone. In both cases an
    /// `audit_begun` was written in the same commit. It bears our MAC, and names the key that signs next.
    ///
    /// # Errors
    ///
    /// As [`Tree::of`].
    pub async fn with_keys(ctx: &Context, head: Head, keys: Keys) -> Result<Self, Failure> {
        let wrong = || Failure::Bug(Bug::AuditLog("the tree is not the one that was signed last".into()));
        let named = |begun: &Begun| begun.key.and_then(|public| keys.with_public(public)).cloned();
        let Some(note) = &head.checkpoint else {
            // A log that was emptied has no such event, and is not begun again.
            let begun = begun::announced(ctx, &head.origin).await?.filter(|_| head.frontier.size() == 0);
            let Some(begun) = begun else { return Err(unless_it_has_grown(&head, wrong()).await) };
            let signer = named(&begun);
            return Ok(Self::verified(head, keys, signer));
        };
        let Ok((_, checkpoint)) = Checkpoint::of_note(note) else { return Err(wrong()) };
        if checkpoint.size != head.frontier.size() || checkpoint.root != head.frontier.root() {
            return Err(wrong());
        }
        let mut signer = None;
        if checkpoint.origin != head.origin {
            let Some(begun) = begun::announced(ctx, &head.origin).await? else {
                let untold =
                    Failure::Bug(Bug::AuditLog("nothing tells why the audit log has another name".into()));
                return Err(unless_it_has_grown(&head, untold).await);
            };
            signer = named(&begun);
            // Where the event follows this very checkpoint, it vouches for it: the key that signed it may be
            // lost.
            if begun.follows == checkpoint.to_string() {
                return Ok(Self::verified(head, keys, signer));
            }
        }
        let (_, key) = keys.signer_of(note)?.ok_or_else(wrong)?;
        let signer = signer.unwrap_or_else(|| key.clone());
        Ok(Self::verified(head, keys, Some(signer)))
    }

    const fn verified(head: Head, keys: Keys, signer: Option<CheckpointKey>) -> Self {
        Self { head, keys, signer, hashes: BTreeMap::new() }
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.head.frontier.size()
    }

    /// Whether an event, details included, is the leaf of the tree that its row says.
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

    /// The inclusion proof of a leaf: the hashes that lead from it to the root. None where they don't.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn path_of(&mut self, leaf: u64, hash: Hash) -> Result<Option<Vec<Hash>>, Failure> {
        let size = self.size();
        let Some(ranges) = inclusion(leaf, size) else { return Ok(None) };
        let path = self.read_hashes(&ranges).await?;
        let root = self.head.frontier.root();
        Ok(path.filter(|path| verify_inclusion(hash, leaf, size, path, &root)))
    }

    /// Whether the tree has grown from another, by a consistency proof.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn has_grown_from(&mut self, other: Prefix) -> Result<bool, Failure> {
        let (size, root) = (self.size(), self.head.frontier.root());
        if other.size == size {
            return Ok(other.root == root);
        }
        let Some(ranges) = consistency(other.size, size) else {
            // Every tree has grown from the empty one.
            return Ok(other.size == 0 && other.root == empty_root());
        };
        let path = self.read_hashes(&ranges).await?;
        Ok(path.is_some_and(|path| verify_consistency(other.size, &other.root, size, &root, &path)))
    }

    /// The tree of the first leaves. None where a part of it is missing, or was altered.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn prefix(&mut self, size: u64) -> Result<Option<Frontier>, Failure> {
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

/// Why a head is wrong that an event should vouch for, where no such event waits. `Overloaded` where another
/// process has just sealed that event.
async fn unless_it_has_grown(head: &Head, wrong: Failure) -> Failure {
    match rows::head().await {
        Ok(Some(now)) if now.checkpoint != head.checkpoint => Failure::Overloaded,
        _ => wrong,
    }
}

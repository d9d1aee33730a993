//! Verification of an audit log, event by event, up to the first finding: the first thing that is not as it
//! was sealed.

use crate::{
    checkpoint::Checkpoint,
    frontier::{Frontier, Tile},
    hash::Hash,
    leaf::{Details, Leaf},
    note::{Malformed, PublicKey},
};
use std::{fmt, ops::Range};

/// An event as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The content of its leaf.
    pub leaf: Leaf<'a>,
    /// The salt of its details. None where they were destroyed.
    pub salt: Option<&'a [u8]>,
    /// Its details.
    pub details: Details<'a>,
    /// The leaf hash that was noted when it was sealed.
    pub sealed_as: Option<&'a [u8]>,
}

/// A signed checkpoint as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Seal<'a> {
    /// The number of leaves that it covers.
    pub size: u64,
    /// The signed note.
    pub note: &'a str,
}

/// A finding: what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// An event has another content than when it was sealed.
    Altered {
        /// Its leaf.
        leaf: u64,
        /// Its id.
        id: String,
    },
    /// An event's details are gone, and no erasure names its leaf.
    Bare {
        /// Its leaf.
        leaf: u64,
        /// Its id.
        id: String,
    },
    /// An event is gone.
    Removed {
        /// Its leaf.
        leaf: u64,
    },
    /// An event was sealed as another leaf: an event was inserted or removed before it, or two were
    /// exchanged.
    Moved {
        /// Its leaf now.
        leaf: u64,
        /// Its id.
        id: String,
        /// The leaf that it was sealed as.
        sealed_at: u64,
    },
    /// An event that was never sealed stands among those that were.
    Inserted {
        /// Its leaf.
        leaf: u64,
        /// Its id.
        id: String,
    },
    /// The events of a range agree with their leaf hashes, but not with the signed root.
    Replaced {
        /// Their leaves.
        leaves: Range<u64>,
    },
    /// An event names leaves of another tree than this.
    Elsewhere {
        /// Its leaf.
        leaf: u64,
    },
    /// A tile is not the root of its subtree. The events are sound.
    Tile {
        /// The level of the tile.
        level: u32,
        /// Its position in the level.
        position: u64,
    },
    /// A checkpoint is not what was signed.
    Seal {
        /// The number of leaves that it covers.
        size: u64,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered { leaf, id } => write!(f, "leaf {leaf}: event {id} was altered"),
            Self::Bare { leaf, id } => {
                write!(f, "leaf {leaf}: the details of event {id} are gone, and no erasure tells of it")
            }
            Self::Removed { leaf } => write!(f, "leaf {leaf}: the event was removed"),
            Self::Moved { leaf, id, sealed_at } => write!(
                f,
                "leaf {leaf}: event {id} was sealed as leaf {sealed_at}; events were inserted, removed or reordered"
            ),
            Self::Inserted { leaf, id } => {
                write!(f, "leaf {leaf}: event {id} was inserted; it was never sealed")
            }
            Self::Replaced { leaves } => write!(
                f,
                "leaves {} to {}: an event was altered, and what was noted of it too",
                leaves.start,
                leaves.end.saturating_sub(1)
            ),
            Self::Elsewhere { leaf } => {
                write!(f, "leaf {leaf}: the event tells of leaves of another tree than this")
            }
            Self::Tile { level, position } => {
                write!(f, "tile {position} of level {level} was altered or removed")
            }
            Self::Seal { size, problem } => write!(f, "the checkpoint of {size} leaves {problem}"),
        }
    }
}

/// A verification under way: the tree of the events so far.
#[derive(Clone, Debug)]
pub struct Verifier {
    frontier: Frontier,
    /// The size of the last sound checkpoint.
    sealed: u64,
    /// The number of leaves that are tried for an event that was moved.
    leaves: u64,
}

impl Verifier {
    /// A verification of the events behind this tree: from the beginning, or after events that were dropped.
    /// For an event that was moved, the leaf that it was sealed as is looked for nearby, and among the first
    /// `leaves`, a million of them at most.
    #[must_use]
    pub fn from(frontier: Frontier, leaves: u64) -> Self {
        let sealed = frontier.size();
        Self { frontier, sealed, leaves: leaves.min(FAR) }
    }

    /// The tree of the events so far.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The number of leaves that the last sound checkpoint covers.
    #[must_use]
    pub const fn sealed(&self) -> u64 {
        self.sealed
    }

    /// Verifies the next event, and appends its leaf. `may_be_bare` says whether an erasure names it.
    /// `completed` is called for each tile that it completes.
    ///
    /// It must have the next index, the leaf hash that was noted, and the details of its digest. This proves
    /// that the row agrees with itself. [`Verifier::seal`] compares the rows with what was signed.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn event(
        &mut self,
        event: &Event<'_>,
        may_be_bare: bool,
        completed: impl FnMut(Tile),
    ) -> Result<(), Finding> {
        let index = event.leaf.index;
        if index != self.frontier.size() {
            return Err(Finding::Removed { leaf: self.frontier.size() });
        }
        let id = || event.leaf.id.to_owned();
        let hash = event.leaf.hash();
        match event.sealed_as {
            Some(sealed_as) if sealed_as == hash => {}
            Some(sealed_as) => return Err(self.moved_or_altered(event, sealed_as)),
            None => return Err(Finding::Inserted { leaf: index, id: id() }),
        }
        match event.salt.map(<[u8; 32]>::try_from) {
            Some(Ok(salt)) if event.details.digest(&salt) == *event.leaf.details => {}
            Some(_) => return Err(Finding::Altered { leaf: index, id: id() }),
            None if event.details != Details { ip_address: None, user_agent: None, metadata: None } => {
                return Err(Finding::Altered { leaf: index, id: id() });
            }
            None if may_be_bare => {}
            None => return Err(Finding::Bare { leaf: index, id: id() }),
        }
        self.frontier.append(hash, completed);
        Ok(())
    }

    /// Appends a leaf by the hash that was noted of its event, without verifying the event.
    pub fn pass(&mut self, noted: Hash) {
        self.frontier.append(noted, |_| {});
    }

    /// Whether an event was moved or altered. A moved event has its noted hash at another index, with
    /// everything else as it is.
    fn moved_or_altered(&self, event: &Event<'_>, sealed_as: &[u8]) -> Finding {
        let (leaf, id) = (event.leaf.index, event.leaf.id.to_owned());
        let elsewhere = |at: &u64| Leaf { index: *at, ..event.leaf }.hash() == *sealed_as;
        // Near first: where an event was inserted or removed, all behind it have moved by one.
        let near = leaf.saturating_sub(NEAR)..leaf.saturating_add(NEAR);
        match near.into_iter().find(elsewhere).or_else(|| (0..self.leaves).find(elsewhere)) {
            Some(sealed_at) => Finding::Moved { leaf, id, sealed_at },
            None => Finding::Altered { leaf, id },
        }
    }

    /// Verifies a checkpoint of the events so far. One of the keys must have signed it, and it must have
    /// their size and root. Returns that key, and the checkpoint.
    ///
    /// # Errors
    ///
    /// What is wrong with the checkpoint, or with an event before it.
    pub fn seal(&mut self, seal: &Seal<'_>, keys: &[PublicKey]) -> Result<(PublicKey, Checkpoint), Finding> {
        let size = seal.size;
        let wrong = |problem| Finding::Seal { size, problem };
        let (note, checkpoint) = Checkpoint::of_note(seal.note).map_err(|malformed| match malformed {
            Malformed::Note => wrong("is no signed note"),
            _ => wrong("is no checkpoint"),
        })?;
        let has_signed = |key: &&PublicKey| note.is_signed_by(&key.named(checkpoint.origin.clone()));
        let signer = keys.iter().find(has_signed).copied();
        let signer = signer.ok_or_else(|| wrong("is signed by no key of this audit log"))?;
        if checkpoint.size != size || size != self.frontier.size() {
            return Err(wrong("was signed for another number of leaves"));
        }
        if checkpoint.root != self.frontier.root() {
            return Err(Finding::Replaced { leaves: self.sealed..size });
        }
        self.sealed = size;
        Ok((signer, checkpoint))
    }
}

/// The leaves on each side among which a moved event is looked for first.
const NEAR: u64 = 1_000;
/// The most leaves from the first on among which it is looked for then.
const FAR: u64 = 1_000_000;

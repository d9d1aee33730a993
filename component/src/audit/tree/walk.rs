//! A walk: verifies sealed events leaf by leaf, with the tiles and checkpoints that they lead to.

use super::{begun, rows, signed::Tree};
use crate::{error::Failure, events::EventType, time::Time};
use mana_auth_audit::{
    Checkpoint, Erased, Finding, Frontier, Prefix, PublicKey, Seal, Stored, Tile, Verifier,
};

/// The number of events that are read at a time.
const BATCH: u64 = 500;

/// A walk through the leaves of a signed tree.
pub struct Walk<'a> {
    tree: &'a mut Tree,
    verifier: Verifier,
    keys: Vec<PublicKey>,
    /// Up to this size, a checkpoint may be signed by a key that was lost since.
    followed: u64,
    erasures: Vec<Erasure>,
}

/// A claim to be an erasure.
struct Erasure {
    event: Stored,
    erased: Erased,
    /// Whether the tree includes the event, and has grown from the tree that the event is about. None before
    /// that was looked at.
    holds: Option<bool>,
}

impl<'a> Walk<'a> {
    /// A walk from the first leaf behind this tree.
    pub async fn new(tree: &'a mut Tree, from: Frontier) -> Result<Self, Failure> {
        let (mut erasures, mut claims) = (Vec::new(), tree.claims(EventType::DetailsErased));
        while let Some(event) = claims.next().await? {
            let erased = event.metadata.as_deref().and_then(|text| Erased::parse(text, event.leaf));
            if let Some(erased) = erased.filter(|erased| erased.of.size > from.size()) {
                erasures.push(Erasure { event, erased, holds: None });
            }
        }
        let keys = tree.keys.iter().map(|key| key.public()).collect::<Result<_, _>>()?;
        let followed = followed(tree).await?;
        Ok(Self { tree, verifier: Verifier::from(from, 0), keys, followed, erasures })
    }

    /// The tree of the leaves so far, and those before.
    pub const fn frontier(&self) -> &Frontier {
        self.verifier.frontier()
    }

    /// The number of those leaves.
    pub const fn size(&self) -> u64 {
        self.verifier.frontier().size()
    }

    /// The first finding before the leaf `to`. Where `older_than` is given, the walk ends before the first
    /// event that is not older.
    pub async fn to(&mut self, to: u64, older_than: Option<Time>) -> Result<Option<Finding>, Failure> {
        while self.size() < to {
            let from = self.size();
            let events = rows::stored(from, BATCH.min(to - from)).await?;
            let Some(last) = events.last() else { return Ok(Some(Finding::Removed { leaf: from })) };
            let end = last.leaf.saturating_add(1).min(to);
            let mut seals = rows::seals(from, end).await?.into_iter().peekable();
            let mut tiles = Vec::new();
            for event in &events {
                if older_than.is_some_and(|moment| Time(event.created_at) >= moment) {
                    return Ok(None);
                }
                let may_be_bare = event.salt.is_none() && self.is_erased(event.leaf).await?;
                if let Err(finding) = event.verify(&mut self.verifier, may_be_bare, |tile| tiles.push(tile)) {
                    return Ok(Some(finding));
                }
                let size = self.size();
                while let Some((_, note)) = seals.next_if(|(at, _)| *at <= size) {
                    if let Some(finding) = self.wrong_checkpoint(&Seal { size, note: &note }) {
                        return Ok(Some(finding));
                    }
                }
            }
            if let Some(finding) = wrong_tile(&tiles).await? {
                return Ok(Some(finding));
            }
        }
        Ok(None)
    }

    /// What is wrong with a checkpoint of the leaves so far.
    fn wrong_checkpoint(&mut self, seal: &Seal<'_>) -> Option<Finding> {
        let finding = self.verifier.seal(seal, &self.keys).err()?;
        let is_vouched_for = seal.size <= self.followed && self.agrees(seal);
        (!is_vouched_for).then_some(finding)
    }

    /// Whether a checkpoint has the size and root of the leaves so far, whoever signed it.
    fn agrees(&self, seal: &Seal<'_>) -> bool {
        let frontier = self.verifier.frontier();
        Checkpoint::of_note(seal.note)
            .is_ok_and(|(_, signed)| signed.size == frontier.size() && signed.root == frontier.root())
    }

    /// Whether an erasure in the tree names a leaf.
    async fn is_erased(&mut self, leaf: u64) -> Result<bool, Failure> {
        for erasure in self.erasures.iter_mut().filter(|erasure| erasure.erased.contains(leaf)) {
            let holds = match erasure.holds {
                Some(holds) => holds,
                None => {
                    self.tree.includes(&erasure.event).await?
                        && self.tree.has_grown_from(erasure.erased.of).await?
                }
            };
            erasure.holds = Some(holds);
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The finding that the events so far were replaced. Each is sound by itself, and all agree with their
    /// rows; but the tree has not grown from the tree of them.
    pub async fn unproven(&mut self) -> Result<Option<Finding>, Failure> {
        let (sealed, size) = (self.verifier.sealed(), self.size());
        let prefix = Prefix { size, root: self.verifier.frontier().root() };
        let is_proven = self.tree.has_grown_from(prefix).await?;
        Ok((!is_proven).then_some(Finding::Replaced { leaves: sealed..size }))
    }
}

/// The size of the largest checkpoint that an `audit_begun` in the tree follows. The key that signed up to
/// there may be lost; that event vouches for what it signed.
async fn followed(tree: &mut Tree) -> Result<u64, Failure> {
    let (mut followed, mut claims) = (0, tree.claims(EventType::AuditBegun));
    while let Some(event) = claims.next().await? {
        let size = begun::follows(&event).map_or(0, |checkpoint| checkpoint.size);
        // What an event follows was there before it.
        if size > followed && size <= event.leaf && tree.includes(&event).await? {
            followed = size;
        }
    }
    Ok(followed)
}

async fn wrong_tile(tiles: &[Tile]) -> Result<Option<Finding>, Failure> {
    for tile in tiles {
        let stored = rows::tiles(tile.level, tile.position, tile.position.saturating_add(1)).await?;
        if stored.first() != Some(&tile.hash) {
            return Ok(Some(Finding::Tile { level: tile.level, position: tile.position }));
        }
    }
    Ok(None)
}

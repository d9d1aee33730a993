//! On the way through the trail, leaf by leaf.

use super::{begun, keys, rows, signed::Signed};
use crate::{context::Context, error::Failure, events::Kind, time::Time};
use mana_auth_audit::{
    Checkpoint, Erased, Finding, Frontier, Prefix, PublicKey, Seal, Stored, Tile, Verifier,
};

/// How many events are read at a time.
const BATCH: u64 = 500;

/// On the way through the trail.
pub struct Walk<'a> {
    signed: &'a mut Signed,
    verifier: Verifier,
    keys: Vec<PublicKey>,
    /// Up to this size checkpoints may be by a key that was lost since.
    followed: u64,
    erasures: Vec<Erasure>,
}

/// An event that claims to be an erasure, and whether it is one, once that was looked at.
struct Erasure {
    event: Stored,
    erased: Erased,
    holds: Option<bool>,
}

impl<'a> Walk<'a> {
    /// Goes on where the tree is known.
    pub async fn new(ctx: &Context, signed: &'a mut Signed, from: Frontier) -> Result<Self, Failure> {
        let (mut erasures, mut claims) = (Vec::new(), signed.claims(Kind::DetailsErased));
        while let Some(event) = claims.next().await? {
            let erased = event.metadata.as_deref().and_then(|text| Erased::parse(text, event.leaf));
            if let Some(erased) = erased.filter(|erased| erased.of.size > from.size()) {
                erasures.push(Erasure { event, erased, holds: None });
            }
        }
        let keys = keys::ours(ctx).await?.iter().map(rows::public).collect::<Result<_, _>>()?;
        let followed = followed(signed).await?;
        Ok(Self { signed, verifier: Verifier::from(from, 0), keys, followed, erasures })
    }

    /// The tree of the leaves that it has come by, and those before.
    pub const fn frontier(&self) -> &Frontier {
        self.verifier.frontier()
    }

    /// How many leaves those are.
    pub const fn size(&self) -> u64 {
        self.verifier.frontier().size()
    }

    /// What is wrong first before this leaf. Ends before an event that is not older than a moment, where one is given.
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
                    let seal = Seal { size, note: &note };
                    match self.verifier.seal(&seal, &self.keys) {
                        Err(_) if size <= self.followed && self.agrees(&seal) => {}
                        Err(finding) => return Ok(Some(finding)),
                        Ok(_) => {}
                    }
                }
            }
            if let Some(finding) = wrong_tile(&tiles).await? {
                return Ok(Some(finding));
            }
        }
        Ok(None)
    }

    /// Whether a checkpoint says of the leaves so far what they are, whoever signed it.
    fn agrees(&self, seal: &Seal<'_>) -> bool {
        let frontier = self.verifier.frontier();
        Checkpoint::of_note(seal.note)
            .is_ok_and(|(_, said)| said.size == frontier.size() && said.root == frontier.root())
    }

    /// Whether an erasure in the tree names a leaf.
    async fn is_erased(&mut self, leaf: u64) -> Result<bool, Failure> {
        for erasure in self.erasures.iter_mut().filter(|erasure| erasure.erased.contains(leaf)) {
            let holds = match erasure.holds {
                Some(holds) => holds,
                None => {
                    self.signed.includes(&erasure.event).await?
                        && self.signed.has_grown_from(erasure.erased.of).await?
                }
            };
            erasure.holds = Some(holds);
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the events so far, which are sound by themselves, are not those that were signed for.
    pub async fn unproven(&mut self) -> Result<Option<Finding>, Failure> {
        let (sealed, size) = (self.verifier.sealed(), self.size());
        let prefix = Prefix { size, root: self.verifier.frontier().root() };
        let is_proven = self.signed.has_grown_from(prefix).await?;
        Ok((!is_proven).then_some(Finding::Replaced { leaves: sealed..size }))
    }
}

/// The size of the largest checkpoint that a beginning in the tree follows. The key before it may be lost: that event vouches for what
/// this one had signed.
async fn followed(signed: &mut Signed) -> Result<u64, Failure> {
    let (mut followed, mut claims) = (0, signed.claims(Kind::AuditBegun));
    while let Some(event) = claims.next().await? {
        let size = begun::follows(&event).map_or(0, |checkpoint| checkpoint.size);
        // No later than its own place: what it follows was before it.
        if size > followed && size <= event.leaf && signed.includes(&event).await? {
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

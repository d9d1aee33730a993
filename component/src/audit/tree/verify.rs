//! Going through the trail, to see whether it is what was signed: piece by piece as housekeeping, or a part of it at once.

use super::{
    key,
    progress::{self, Progress, Verification},
    proof,
    prune::drawn,
    rows,
};
use crate::{
    audit::Kind,
    context::Context,
    error::Error,
    platform::{self, Level},
    storage::Change,
    time::Span,
};
use mana_auth_audit::{Finding, Frontier, Leaves, PublicKey, Seal, Tile, Verifier, erased_leaves};
use uuid::Uuid;

/// How many events are read at a time.
const BATCH: u64 = 500;
/// How many events one round of housekeeping looks at.
const PIECE: u64 = 20_000;
/// How often it is begun anew.
const EVERY: Span = Span::hours(1);
/// How many events one call looks at, at most.
pub const MOST: u64 = 100_000;

/// The last time that housekeeping went through the whole trail; none before the first.
///
/// # Errors
///
/// Where storage fails.
pub async fn last_verification() -> Result<Option<Verification>, Error> {
    Ok(progress::read().await?.and_then(|progress| progress.last))
}

/// Looks at a part of the trail now.
///
/// # Errors
///
/// `Invalid` for more than [`MOST`] leaves, or leaves that are not there.
pub async fn verify_range(ctx: &Context, from: u64, to: u64) -> Result<Verification, Error> {
    let size = rows::tree().await?.map_or(0, |tree| tree.frontier.size());
    let first = drawn().await?;
    if from < first || from > to {
        return Err(Error::invalid("from", format!("must be from {first} to `to`")));
    }
    if to > size || to - from > MOST {
        return Err(Error::invalid("to", format!("must be at most {size}, and {MOST} more than `from`")));
    }
    let mut walk = Walk::new(ctx, proof::frontier(from).await?).await?;
    let finding = match walk.to(to).await? {
        Some(finding) => Some(finding),
        None => walk.finish().await?,
    };
    let first_bad = finding.map(|finding| finding.to_string());
    Ok(Verification { from, to, at: ctx.now, first_bad })
}

/// Goes through the next piece of the trail, and begins again an hour after its end.
///
/// # Errors
///
/// Where storage fails.
pub async fn go_on_verifying(ctx: &Context) -> Result<(), Error> {
    let Some(tree) = rows::tree().await? else { return Ok(()) };
    let (size, first) = (tree.frontier.size(), drawn().await?);
    let progress = progress::read().await?;
    let is_under_way = |progress: &Progress| progress.frontier.size() > progress.from;
    let lately = |last: &Verification| ctx.now.since(last.at) < EVERY;
    if progress.as_ref().is_some_and(|it| !is_under_way(it) && it.last.as_ref().is_some_and(lately)) {
        return Ok(());
    }
    let begun = progress.filter(|progress| progress.frontier.size() >= first);
    let (from, frontier) = match begun {
        Some(progress) => (progress.from, progress.frontier),
        None => (first, proof::frontier(first).await?),
    };
    let to = size.min(frontier.size().saturating_add(PIECE));
    let mut walk = Walk::new(ctx, frontier).await?;
    let finding = walk.to(to).await?;
    if finding.is_none() && to < size {
        Change::new().and(progress::save(from, walk.verifier.frontier())).commit(ctx).await?;
        return Ok(());
    }
    if let Some(finding) = &finding {
        platform::log(
            Level::Error,
            "the audit trail is not what was signed",
            &[("finding", &finding.to_string())],
        );
    }
    let last = Verification { from, to, at: ctx.now, first_bad: finding.map(|finding| finding.to_string()) };
    let again = proof::frontier(first).await?;
    Change::new().and(progress::save(first, &again)).and(progress::save_last(&last)).commit(ctx).await?;
    Ok(())
}

/// On the way through the trail.
struct Walk {
    verifier: Verifier,
    keys: Vec<PublicKey>,
    erased: Leaves,
}

impl Walk {
    async fn new(ctx: &Context, from: Frontier) -> Result<Self, Error> {
        let mut erased = Leaves::default();
        let mut after = Uuid::nil();
        loop {
            let page = rows::metadata_of(Kind::DetailsErased.name(), after).await?;
            let Some((last, ..)) = page.last() else { break };
            after = *last;
            page.iter().for_each(|(_, leaf, metadata)| erased_leaves(metadata, *leaf, &mut erased));
        }
        let keys = rows::keys().await?;
        let ours = keys.iter().filter(|key| key::open(ctx, key).is_ok());
        let keys = ours.map(rows::public).collect::<Result<_, _>>()?;
        Ok(Self { verifier: Verifier::from(from, 0), keys, erased })
    }

    /// What is wrong first before this leaf.
    async fn to(&mut self, to: u64) -> Result<Option<Finding>, Error> {
        while self.verifier.frontier().size() < to {
            let from = self.verifier.frontier().size();
            let batch = BATCH.min(to - from);
            let events = rows::stored(from, batch).await?;
            let mut seals = rows::seals(from, from.saturating_add(batch)).await?.into_iter().peekable();
            let mut tiles = Vec::new();
            for event in &events {
                let place = self.verifier.frontier().size();
                let may_be_bare = self.erased.contains(place);
                if let Err(finding) = event.verify(&mut self.verifier, may_be_bare, |tile| tiles.push(tile)) {
                    return Ok(Some(finding));
                }
                let size = self.verifier.frontier().size();
                while let Some((_, note)) = seals.next_if(|(at, _)| *at <= size) {
                    if let Err(finding) = self.verifier.seal(&Seal { size, note: &note }, &self.keys) {
                        return Ok(Some(finding));
                    }
                }
            }
            if let Some(finding) = wrong_tile(&tiles).await? {
                return Ok(Some(finding));
            }
            if self.verifier.frontier().size() < from.saturating_add(batch) {
                return Ok(Some(Finding::Removed { leaf: self.verifier.frontier().size() }));
            }
        }
        Ok(None)
    }
}

impl Walk {
    /// Whether the hashes so far are those that were signed: the next checkpoint tells.
    async fn finish(&mut self) -> Result<Option<Finding>, Error> {
        let here = self.verifier.frontier().size();
        if self.verifier.sealed() == here {
            return Ok(None);
        }
        let Some((size, note)) = rows::next_seal(here).await? else {
            return Ok(Some(Finding::Seal {
                size: here,
                problem: "is missing: no checkpoint covers the leaves before it",
            }));
        };
        for hash in rows::leaf_hashes(here, size).await? {
            self.verifier.pass(hash);
        }
        Ok(self.verifier.seal(&Seal { size, note: &note }, &self.keys).err())
    }
}

async fn wrong_tile(tiles: &[Tile]) -> Result<Option<Finding>, Error> {
    for tile in tiles {
        let stored = rows::tiles(tile.level, tile.position, tile.position.saturating_add(1)).await?;
        if stored.first() != Some(&tile.hash) {
            return Ok(Some(Finding::Tile { level: tile.level, position: tile.position }));
        }
    }
    Ok(None)
}

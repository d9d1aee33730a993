//! Verifying a copy of the database: no secret, no server, one event at a time.

use super::{
    export,
    rows::{Copy, Tree, Unsealed},
};
use mana_auth_audit::{
    Checkpoint, Finding, Frontier, Leaves, Note, PublicKey, Seal, Stored, Tile, Verifier, VerifierKey,
};
use std::{io, path::Path};

/// What to verify it with.
#[derive(Default)]
pub struct Verification<'a> {
    /// The key to trust; none: the one that the copy itself names, which proves nothing against who owns it.
    pub key: Option<VerifierKey>,
    /// A checkpoint that was kept outside, a signed note.
    pub checkpoint: Option<String>,
    /// Where to write the events as JSON Lines.
    pub export: Option<&'a mut dyn io::Write>,
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// The name of the trail.
    pub origin: String,
    /// The key that signed the newest checkpoint.
    pub key: Option<VerifierKey>,
    /// The first leaf that is kept, and the one behind the last.
    pub leaves: std::ops::Range<u64>,
    /// Events whose details were destroyed, by erasures that are events themselves.
    pub erased: u64,
    /// Events that no checkpoint covers: how many, and the times of the first and the last, in milliseconds.
    pub unsealed: u64,
    /// See `unsealed`.
    pub unsealed_times: Option<(i64, i64)>,
    /// When the newest checkpoint was made, in milliseconds, as the copy says.
    pub sealed_at: Option<i64>,
    /// What is wrong first, in words; none where every event is what was signed.
    pub finding: Option<String>,
}

/// Why nothing could be found out.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is no database of this service, or of another version, or it can't be read.
    #[error("the database can't be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// The export can't be written.
    #[error("the export can't be written: {0}")]
    Export(#[from] io::Error),
    /// The checkpoint is none.
    #[error("the checkpoint can't be read: {0}")]
    Checkpoint(#[from] mana_auth_audit::Malformed),
}

/// What stops the walk.
enum Stop {
    Found(String),
    Failed(VerifyError),
}

impl<E: Into<VerifyError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Found(finding.to_string())
    }
}

/// Goes through the trail of a copy of the database, and names the first thing that is not what was signed.
///
/// # Errors
///
/// Where the copy, the checkpoint or the export can't be read or written.
pub fn verify(database: &Path, with: Verification<'_>) -> Result<Report, VerifyError> {
    let copy = Copy::open(database)?;
    let Unsealed { count, first, last } = copy.unsealed()?;
    let mut report = Report {
        origin: String::new(),
        key: None,
        leaves: 0..0,
        erased: 0,
        unsealed: count,
        unsealed_times: first.zip(last),
        sealed_at: None,
        finding: None,
    };
    match walk(&copy, with, &mut report) {
        Ok(()) => Ok(report),
        Err(Stop::Found(finding)) => Ok(Report { finding: Some(finding), ..report }),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn walk(copy: &Copy, mut with: Verification<'_>, report: &mut Report) -> Result<(), Stop> {
    let outside = with.checkpoint.as_deref().map(Outside::parse).transpose()?;
    let Some(tree) = copy.tree()? else {
        // Nothing was ever sealed here.
        return match outside {
            Some(outside) => Err(outside.missing(0)),
            None => Ok(()),
        };
    };
    report.origin.clone_from(&tree.origin);
    let known = copy.keys()?;
    let trusted = match with.key.take() {
        Some(key) => vec![key.public()],
        None => known.clone(),
    };
    let below = copy.pruned_below()?;
    let frontier = copy.frontier(below)?;
    let frontier =
        frontier.ok_or_else(|| Stop::Found("a tile of events that were dropped is missing".into()))?;
    if let (Some(out), true) = (&mut with.export, below > 0) {
        export::base(*out, &frontier)?;
    }
    let erased = copy.erased()?;
    report.erased = erased.count();
    report.leaves = below..below;
    let mut walk = Walk {
        copy,
        verifier: Verifier::from(frontier, tree.size),
        erased,
        next_seal: copy.next_seal(below.saturating_sub(1))?,
        known,
        trusted,
        announced: Vec::new(),
        newest: None,
        wrong_tile: None,
        outside,
        report,
    };
    walk.seals()?;
    copy.each_event(below, |event| {
        walk.event(&event)?;
        if let Some(out) = &mut with.export {
            export::event(*out, &event)?;
        }
        Ok::<(), Stop>(())
    })?;
    walk.end(&tree)
}

/// A checkpoint from outside.
struct Outside {
    note: Note,
    checkpoint: Checkpoint,
    seen: bool,
}

impl Outside {
    fn parse(note: &str) -> Result<Self, mana_auth_audit::Malformed> {
        let (note, checkpoint) = Checkpoint::of_note(note)?;
        Ok(Self { note, checkpoint, seen: false })
    }

    fn missing(&self, size: u64) -> Stop {
        let Checkpoint { origin, size: outside, .. } = &self.checkpoint;
        Stop::Found(format!(
            "the checkpoint outside covers {outside} leaves of {origin}, the database {size}: events were removed from its end, or it was put back to an older state"
        ))
    }
}

/// On the way through the trail.
struct Walk<'a> {
    copy: &'a Copy,
    verifier: Verifier,
    erased: Leaves,
    next_seal: Option<(u64, String, i64)>,
    /// Every key that the copy names.
    known: Vec<PublicKey>,
    /// Keys that are trusted: the one that was given, and those that it has signed for.
    trusted: Vec<PublicKey>,
    /// Keys that events have named, to be trusted once a trusted key has signed for these events.
    announced: Vec<PublicKey>,
    /// Who signed the newest checkpoint.
    newest: Option<VerifierKey>,
    /// The first tile that is not what it was; the events may be what is wrong, the next checkpoint tells.
    wrong_tile: Option<Tile>,
    outside: Option<Outside>,
    report: &'a mut Report,
}

impl Walk<'_> {
    fn event(&mut self, stored: &Stored) -> Result<(), Stop> {
        let mut completed = Vec::new();
        let may_be_bare = self.erased.contains(stored.leaf);
        stored.verify(&mut self.verifier, may_be_bare, |tile| completed.push(tile))?;
        for tile in completed {
            if self.wrong_tile.is_none() && self.copy.tile(tile.level, tile.position)? != Some(tile.hash) {
                self.wrong_tile = Some(tile);
            }
        }
        if stored.event_type == "audit_key_rotated" && stored.source.is_none() {
            let metadata: serde_json::Value = stored
                .metadata
                .as_deref()
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default();
            let key = metadata["key"].as_str().and_then(|key| key.parse::<VerifierKey>().ok());
            self.announced.extend(key.map(|key| key.public()));
        }
        self.report.leaves.end = self.verifier.frontier().size();
        self.seals()
    }

    /// Looks at the checkpoint that ends here, if one does.
    fn seals(&mut self) -> Result<(), Stop> {
        let here = self.verifier.frontier().size();
        while let Some((size, note, sealed_at)) = self.next_seal.take() {
            if size > here {
                self.next_seal = Some((size, note, sealed_at));
                break;
            }
            let keys = [&*self.trusted, &*self.known].concat();
            let (signer, checkpoint) = self.verifier.seal(&Seal { size, note: &note }, &keys)?;
            if let Some(tile) = self.wrong_tile {
                return Err(Finding::Tile { level: tile.level, position: tile.position }.into());
            }
            if self.trusted.contains(&signer) {
                self.trusted.append(&mut self.announced);
            }
            self.newest = Some(signer.named(checkpoint.origin.clone()));
            self.report.sealed_at = Some(sealed_at);
            self.compare(&checkpoint)?;
            self.next_seal = self.copy.next_seal(size)?;
        }
        Ok(())
    }

    fn compare(&mut self, checkpoint: &Checkpoint) -> Result<(), Stop> {
        let Some(outside) =
            self.outside.as_mut().filter(|outside| outside.checkpoint.size == checkpoint.size)
        else {
            return Ok(());
        };
        outside.seen = true;
        if outside.checkpoint == *checkpoint {
            return Ok(());
        }
        Err(Stop::Found(format!(
            "the checkpoint of {} leaves is another one than the one outside: the events before it were replaced",
            checkpoint.size
        )))
    }

    fn end(self, tree: &Tree) -> Result<(), Stop> {
        let here = self.verifier.frontier().size();
        if here < tree.size {
            return Err(Finding::Removed { leaf: here }.into());
        }
        if let Some((size, ..)) = self.next_seal {
            return Err(Finding::Removed { leaf: here.min(size) }.into());
        }
        let sealed = self.verifier.sealed();
        if sealed < here {
            let problem = "is missing: no checkpoint covers the leaves before it";
            return Err(Finding::Seal { size: here, problem }.into());
        }
        if here > tree.size || Frontier::to_bytes(self.verifier.frontier()) != tree.frontier {
            return Err(Stop::Found("the tree that is noted is not the one of the events".into()));
        }
        self.report.key.clone_from(&self.newest);
        if self.newest.as_ref().is_some_and(|key| !self.trusted.contains(&key.public())) {
            return Err(Stop::Found("the newest checkpoint is not signed by the key that was given".into()));
        }
        match &self.outside {
            Some(outside) => self.end_outside(outside, tree),
            None => Ok(()),
        }
    }

    fn end_outside(&self, outside: &Outside, tree: &Tree) -> Result<(), Stop> {
        let Outside { note, checkpoint, seen } = outside;
        let signed = self.trusted.iter().any(|key| note.is_signed_by(&key.named(checkpoint.origin.clone())));
        if !signed {
            return Err(Stop::Found("the checkpoint outside is not signed by a key of this trail".into()));
        }
        if *seen || tree.follows.as_deref() == Some(&checkpoint.to_string()) {
            return Ok(());
        }
        if checkpoint.origin.as_str() != tree.origin {
            return Err(Stop::Found(format!(
                "the checkpoint outside is of {}, which this trail does not go on from",
                checkpoint.origin
            )));
        }
        // Dropped along with its leaves, by an event that says so.
        if checkpoint.size < self.report.leaves.start {
            return Ok(());
        }
        Err(outside.missing(tree.size))
    }
}

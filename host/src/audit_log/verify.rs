//! Verifying a copy of the database: no secret, no server, one event at a time.

use super::{
    export,
    report::{Report, Stop, Verification, VerifyError},
    rows::{Copy, Tree, Unsealed, own_metadata},
};
use mana_auth_audit::{
    Checkpoint, Erased, Finding, Frontier, Hash, Malformed, PublicKey, Seal, Stored, TILE, Tile, Verifier,
    VerifierKey,
};
use std::collections::BTreeMap;

/// Goes through the audit log of a copy of the database, and names the first thing that is not what was signed.
///
/// # Errors
///
/// Where the copy, the checkpoints or the export can't be read or written.
pub fn verify(copy: &Copy, with: Verification<'_>) -> Result<Report, VerifyError> {
    let Unsealed { count, first, last } = copy.unsealed()?;
    let mut report = Report {
        key: None,
        leaves: 0..0,
        erased: 0,
        unsealed: count,
        unsealed_times: first.zip(last),
        sealed_at: None,
        checkpoints: 0,
        proven: 0,
        dropped: 0,
        newer: 0,
        given_up: None,
        finding: None,
    };
    match walk(copy, with, &mut report) {
        Ok(()) => Ok(report),
        Err(Stop::Found(finding)) => Ok(Report { finding: Some(finding), ..report }),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn walk(copy: &Copy, mut with: Verification<'_>, report: &mut Report) -> Result<(), Stop> {
    if let Some(unsound) = copy.unsound()? {
        return Err(Stop::Found(unsound));
    }
    let Some(tree) = copy.tree()? else {
        // Nothing was ever sealed here, or the row that says how far was removed.
        if copy.has_sealed()? || with.key.is_some() {
            return Err(Stop::Found(
                "audit_tree: there is no row, though there are keys, checkpoints or sealed events, or a key to verify them by".into(),
            ));
        }
        let mut kept = with.checkpoints.into_iter().flatten();
        return match kept.next().transpose()? {
            Some(note) => Err(missing(&Checkpoint::of_note(&note).map_err(malformed)?.1, 0)),
            None => Ok(()),
        };
    };
    let known = copy.keys()?;
    let trusted = match with.key.take() {
        Some(key) => vec![key.public()],
        None => known.clone(),
    };
    let dropped = copy.pruned()?;
    let below = dropped.iter().map(|(_, of)| of.size).max().unwrap_or(0);
    let start = start(copy, below)?;
    let frontier = copy.frontier(start)?;
    let frontier =
        frontier.ok_or_else(|| Stop::Found("a tile of events that were dropped is missing".into()))?;
    if let (Some(out), true) = (&mut with.export, start > 0) {
        export::base(*out, &frontier)?;
    }
    let erased = copy.erased()?;
    let mut claims: BTreeMap<u64, Vec<(u64, Hash)>> = BTreeMap::new();
    for (at, of) in dropped.iter().copied().chain(erased.iter().map(|(at, erased)| (*at, erased.of))) {
        claims.entry(of.size).or_default().push((at, of.root));
    }
    report.leaves = start..start;
    let mut walk = Walk {
        copy,
        verifier: Verifier::from(frontier, tree.size),
        size: tree.size,
        below,
        erased,
        claims,
        next_seal: copy.next_seal(below.max(1) - 1)?,
        known,
        trusted,
        announced: Vec::new(),
        begun: Vec::new(),
        origins: Vec::new(),
        newest: None,
        wrong_tile: None,
        report,
    };
    walk.claims()?;
    walk.seals()?;
    copy.each_event(start, |event| {
        walk.event(&event)?;
        if let Some(out) = &mut with.export {
            export::event(*out, &event)?;
        }
        Ok::<(), Stop>(())
    })?;
    walk.end(&tree)?;
    for note in with.checkpoints.into_iter().flatten() {
        walk.compare(&note?, &tree, with.restored, with.older)?;
    }
    if walk.report.newer > 0 && walk.report.checkpoints == 0 {
        return Err(Stop::Found(
            "every checkpoint outside is newer than this copy: none proves anything about it".into(),
        ));
    }
    // Last: what was sealed comes first.
    match copy.foreign()? {
        Some(id) => Err(Stop::Found(format!(
            "event {id} was inserted or altered; the service did not write it like that"
        ))),
        None => Ok(()),
    }
}

/// Where the walk begins: at the first tile that is still there. Tiles are dropped whole, in order.
fn start(copy: &Copy, below: u64) -> Result<u64, Stop> {
    let Some(first) = copy.first_below(below)? else { return Ok(below) };
    let start = first.leaf / TILE * TILE;
    if copy.count(&(start..below))? == below - start {
        return Ok(start);
    }
    // Or it is none of what was dropped.
    Err(Finding::Inserted { leaf: first.leaf, id: first.id }.into())
}

fn missing(outside: &Checkpoint, size: u64) -> Stop {
    let Checkpoint { origin, size: outside, .. } = outside;
    if *outside <= size {
        return Stop::Found(format!(
            "the checkpoint of {outside} leaves of {origin} that is kept outside was removed here"
        ));
    }
    Stop::Found(format!(
        "the checkpoint outside covers {outside} leaves of {origin}, the database {size}: events were removed from its end, or it was put back to an older state; --older accepts that of a backup, --restored of a database that was restored and has sealed since"
    ))
}

fn malformed(malformed: Malformed) -> Stop {
    Stop::Found(format!("a checkpoint outside {malformed}"))
}

/// On the way through the audit log.
struct Walk<'a> {
    copy: &'a Copy,
    verifier: Verifier,
    /// How many leaves were sealed, as is noted.
    size: u64,
    /// The first leaf that was not dropped, as an event claims.
    below: u64,
    /// What events claim was erased, each with its place.
    erased: Vec<(u64, Erased)>,
    /// Which roots events claim that the tree had at which sizes, each with its place.
    claims: BTreeMap<u64, Vec<(u64, Hash)>>,
    next_seal: Option<(u64, String, i64)>,
    /// Every key that the copy names.
    known: Vec<PublicKey>,
    /// Keys that are trusted: the one that was given, and those that it has signed for.
    trusted: Vec<PublicKey>,
    /// Keys that events have named, to be trusted once a trusted key has signed for these events.
    announced: Vec<PublicKey>,
    /// Who signed the newest checkpoint.
    newest: Option<VerifierKey>,
    /// Which names the audit log has begun, and after which checkpoints, as events say.
    begun: Vec<(String, Option<Checkpoint>)>,
    /// The names that checkpoints were signed under.
    origins: Vec<String>,
    /// The first tile that is not what it was; the events may be what is wrong, the next checkpoint tells.
    wrong_tile: Option<Tile>,
    report: &'a mut Report,
}

impl Walk<'_> {
    fn event(&mut self, stored: &Stored) -> Result<(), Stop> {
        if stored.leaf >= self.size && self.verifier.frontier().size() == self.size && !self.goes_on() {
            return Err(Finding::Inserted { leaf: stored.leaf, id: stored.id.clone() }.into());
        }
        let mut completed = Vec::new();
        let may_be_bare =
            stored.salt.is_none() && self.erased.iter().any(|(_, erased)| erased.contains(stored.leaf));
        self.report.erased = self.report.erased.saturating_add(may_be_bare.into());
        stored.verify(&mut self.verifier, may_be_bare, |tile| completed.push(tile))?;
        for tile in completed {
            if self.wrong_tile.is_none() && self.copy.tile(tile.level, tile.position)? != Some(tile.hash) {
                self.wrong_tile = Some(tile);
            }
        }
        match stored.event_type.as_str() {
            "audit_key_rotated" => {
                let key = own_metadata(stored, "key").and_then(|key| key.parse::<VerifierKey>().ok());
                self.announced.extend(key.map(|key| key.public()));
            }
            "audit_begun" => {
                let follows = own_metadata(stored, "follows").and_then(|text| Checkpoint::parse(&text).ok());
                self.begun.extend(own_metadata(stored, "origin").map(|origin| (origin, follows)));
            }
            _ => {}
        }
        self.report.leaves.end = self.verifier.frontier().size();
        self.claims()?;
        self.seals()
    }

    /// Looks at what events claim of the tree so far.
    fn claims(&self) -> Result<(), Stop> {
        let here = self.verifier.frontier();
        let Some(claims) = self.claims.get(&here.size()) else { return Ok(()) };
        match claims.iter().find(|(_, root)| *root != here.root()) {
            Some((at, _)) => Err(Finding::Elsewhere { leaf: *at }.into()),
            None => Ok(()),
        }
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
            if self.origins.last().map(String::as_str) != Some(checkpoint.origin.as_str()) {
                self.origins.push(checkpoint.origin.to_string());
            }
            self.next_seal = self.copy.next_seal(size)?;
        }
        Ok(())
    }

    /// Looks whether the audit log leads to a checkpoint from outside. Every one inside has been looked at.
    fn compare(&mut self, note: &str, tree: &Tree, restored: bool, older: bool) -> Result<(), Stop> {
        let (_, outside) = Checkpoint::of_note(note).map_err(malformed)?;
        let here = self.copy.seal(outside.size)?.and_then(|note| Checkpoint::of_note(&note).ok());
        match &here {
            Some((_, here)) if *here == outside => {
                self.report.checkpoints = self.report.checkpoints.saturating_add(1);
                self.report.proven = self.report.proven.max(outside.size);
                return Ok(());
            }
            // It was dropped along with its leaves, by an event that says so.
            None if outside.size < self.below && self.has_signed(note) => {
                self.report.dropped = self.report.dropped.saturating_add(1);
                return Ok(());
            }
            _ => {}
        }
        if older && outside.size > tree.size {
            self.report.newer = self.report.newer.saturating_add(1);
            return Ok(());
        }
        // Also one by a key that came behind the point to which the database was put back.
        let gave_up = |(_, follows): &(String, Option<Checkpoint>)| {
            follows.as_ref().is_some_and(|it| it.origin == outside.origin && it.size >= outside.size)
        };
        if self.begun.iter().any(gave_up) {
            self.report.given_up = Some((outside.origin.to_string(), outside.size));
            return if restored {
                Ok(())
            } else {
                Err(Stop::Found(format!(
                    "the checkpoint outside covers {} leaves of {}, which the audit log does not lead to: the database was put back to an older state, as an event says (audit_begun); --restored accepts that",
                    outside.size, outside.origin
                )))
            };
        }
        if !self.has_signed(note) {
            return Err(Stop::Found(format!(
                "the checkpoint outside of {} leaves is not signed by a key of this audit log",
                outside.size
            )));
        }
        if here.is_some_and(|(_, here)| here.origin == outside.origin) {
            return Err(Stop::Found(format!(
                "the checkpoint of {} leaves is another one than the one outside: the events before it were replaced",
                outside.size
            )));
        }
        if outside.origin.as_str() != tree.origin
            && !self.origins.iter().any(|it| it == outside.origin.as_str())
        {
            return Err(Stop::Found(format!(
                "the checkpoint outside is of {}, which this audit log does not go on from",
                outside.origin
            )));
        }
        Err(missing(&outside, tree.size))
    }

    /// Whether a checkpoint covers more leaves than are noted.
    fn goes_on(&self) -> bool {
        self.next_seal.as_ref().is_some_and(|(_, note, _)| self.has_signed(note))
    }

    /// Whether a key of this audit log has signed a checkpoint.
    fn has_signed(&self, note: &str) -> bool {
        Checkpoint::of_note(note).is_ok_and(|(note, checkpoint)| {
            let mut keys = self.trusted.iter().chain(&self.known);
            keys.any(|key| note.is_signed_by(&key.named(checkpoint.origin.clone())))
        })
    }

    fn end(&mut self, tree: &Tree) -> Result<(), Stop> {
        let here = self.verifier.frontier().size();
        if here < tree.size {
            return Err(Finding::Removed { leaf: here }.into());
        }
        if let Some((size, note, _)) = &self.next_seal {
            let problem = "is signed by no key of this audit log";
            return Err(match self.has_signed(note) {
                // It covers events that are gone; any other was put there.
                true => Finding::Removed { leaf: here.min(*size) },
                false => Finding::Seal { size: *size, problem },
            }
            .into());
        }
        let sealed = self.verifier.sealed();
        if sealed < here {
            let problem = "is missing: no checkpoint covers the leaves before it";
            return Err(Finding::Seal { size: here, problem }.into());
        }
        if here > tree.size || Frontier::to_bytes(self.verifier.frontier()) != tree.frontier {
            return Err(Stop::Found("the tree that is noted is not the one of the events".into()));
        }
        if let Some(newest) = &self.newest
            && newest.name().as_str() != tree.origin
            && !self.copy.is_about_to_begin(&tree.origin)?
        {
            return Err(Stop::Found(format!("nothing tells why the audit log goes on as {}", tree.origin)));
        }
        if self.newest.as_ref().is_some_and(|key| !self.trusted.contains(&key.public())) {
            return Err(Stop::Found("the newest checkpoint is not signed by the key that was given".into()));
        }
        self.report.key.clone_from(&self.newest);
        for origin in self.origins.iter().skip(1) {
            let is_told = self.begun.iter().any(|(begun, _)| begun == origin);
            if !is_told && !self.copy.is_about_to_begin(origin)? {
                return Err(Stop::Found(format!("nothing tells why the audit log went on as {origin}")));
            }
        }
        Ok(())
    }
}

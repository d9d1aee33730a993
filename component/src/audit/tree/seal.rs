//! Sealing: events get their places in the tree, and a checkpoint is signed over them, in one commit.

use super::{
    begin,
    compare::{Comparison, compare, is_given_up},
    keys::{self, signed_by},
    rows::{self, Tree},
    signed::Signed,
    signing, unsealed, waiting,
};
use crate::{
    commit::{self, Change, Refused},
    context::Context,
    error::{Bug, Failure},
    events::{Event, Kind},
    platform::{self, Level, Metric},
    secrets::mac::Author,
    storage::Statement,
    time::{Span, Time},
};
use mana_auth_audit::{Checkpoint, Frontier, Stored};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, sync::Mutex};

/// How many events one commit seals: some 10 ms of a writer that requests wait for, too, and no more than one answer of the database
/// holds, however large they are.
const BATCH: u64 = 500;
/// How many commits one call makes.
const BATCHES: u32 = 100;
/// How many calls in a row may seal nothing and leave something, where all is to be sealed.
const IDLE: u32 = 10;
/// How far events that wait are counted.
const COUNTED: u32 = 100_000;

/// How many events that somebody else wrote are named, and how many are looked at to tell whether they are still the same.
const NAMED: usize = 20;
const LISTED: u32 = 10_000;

/// What was sealed, and what waits.
#[derive(Default)]
pub struct Sealed {
    /// Events that were sealed.
    pub events: u64,
    /// The newest checkpoint, as a signed note.
    pub checkpoint: Option<String>,
    /// Events that wait, counted up to a hundred thousand.
    pub unsealed: u64,
    /// How long some of them have waited since housekeeping first came by them, by its own clock.
    pub lag: Span,
    /// Whether to call again.
    pub more: bool,
}

/// When this instance last came to the end of what waited.
static THROUGH: Mutex<Option<Time>> = Mutex::new(None);

/// The newest checkpoint that this instance has seen. Whoever puts the database back to an older state meanwhile is noticed by it.
static SEEN: Mutex<Option<String>> = Mutex::new(None);

/// Seals a bounded number of events.
///
/// # Errors
///
/// Where storage fails, or the tree is not the one that was signed last: it is not gone on from then.
pub async fn seal(ctx: &Context) -> Result<Sealed, Failure> {
    ensure_seen(ctx).await?;
    let tree = begin::tree(ctx).await?;
    // Read behind the tree, so that whoever signed it is among them, and before its events, so that the event which names the
    // newest is among those.
    let keys = keys::ours(ctx).await?;
    let mut signed = Signed::of(ctx, tree, &keys).await?;
    ensure_newest(ctx, &mut signed, &keys).await?;
    let key = signing::next(&mut signed, &keys).await?;
    let mut tree = signed.tree;
    let since = waiting::since(ctx).await?;
    let are_forged = since.is_some_and(|since| ctx.now.since(since) >= waiting::MOST);
    Change::of(rows::pass_over_malformed()).commit(ctx).await?;
    let (mut sealed, mut after, mut unknown) = (Sealed { more: true, ..Sealed::default() }, None, false);
    for _ in 0..BATCHES {
        let events = rows::unsealed(after, BATCH).await?;
        let Some(last) = events.last() else {
            sealed.more = false;
            break;
        };
        after = Some(last.id);
        let size = tree.frontier.size();
        let batch = Batch::of(ctx, &tree, &events, are_forged);
        unknown |= batch.unknown;
        let Some(grown) = append(ctx, tree, &key, batch).await? else {
            // Another process was faster.
            sealed.checkpoint = newest_checkpoint(ctx).await?;
            return backlog(sealed).await;
        };
        tree = grown;
        sealed.events = sealed.events.saturating_add(tree.frontier.size().saturating_sub(size));
    }
    let through = through(ctx.now, !sealed.more);
    sealed.lag = ctx.now.since(through);
    // Also where there are more than one run goes through: or they would hold the others up for ever.
    let noted = since;
    let since = if sealed.more && !unknown { noted } else { unknown.then(|| noted.unwrap_or(ctx.now)) };
    if since != noted {
        note_waiting(ctx, since).await?;
    }
    if !sealed.more {
        sealed.lag = since.map_or(Span::default(), |since| ctx.now.since(since));
    }
    if let Ok(mut seen) = SEEN.lock() {
        seen.clone_from(&tree.checkpoint);
    }
    sealed.checkpoint = tree.checkpoint.clone();
    if !sealed.more {
        tell_foreign(ctx).await?;
    }
    backlog(sealed).await
}

/// Seals all that waits.
///
/// # Errors
///
/// As [`seal`]. Where so much waits under a secret which this process was not given that one call does not come to its end.
pub async fn seal_all(ctx: &Context) -> Result<(), Failure> {
    let mut idle = 0;
    while idle < IDLE {
        let sealed = seal(ctx).await?;
        if !sealed.more {
            return Ok(());
        }
        // Another process may have been faster, for a while.
        idle = if sealed.events > 0 { 0 } else { idle + 1 };
    }
    Err(Bug::Trail("too many events wait under a secret that was not given".into()).into())
}

/// What this instance has seen last must be what the tree is now, or has grown from. Compared before a trail is begun: one that was wiped
/// meanwhile goes on after the checkpoint that was seen.
async fn ensure_seen(ctx: &Context) -> Result<(), Failure> {
    let Some(seen) = SEEN.lock().ok().and_then(|seen| seen.clone()) else { return Ok(()) };
    let tree = rows::tree().await?;
    if tree.is_some_and(|tree| tree.checkpoint.as_ref() == Some(&seen)) {
        return Ok(());
    }
    if compare(ctx, &seen).await? == Comparison::Foreign {
        let words = "the audit trail is another than the one that this process has seen";
        ctx.log(Level::Error, words, &[("checkpoint", &seen)]);
    }
    Ok(())
}

/// A tree behind which another was signed, as a checkpoint in this very database tells, was put back by hand: it is not gone on from,
/// unless an event says why.
async fn ensure_newest(ctx: &Context, signed: &mut Signed, keys: &[rows::Key]) -> Result<(), Failure> {
    for (_, note) in rows::seals_beyond(signed.size()).await? {
        let Some((beyond, _)) = signed_by(&note, keys)? else { continue };
        // Or another process has sealed meanwhile.
        let grows = rows::tree().await?.is_some_and(|tree| tree.frontier.size() > signed.size());
        if !grows && !is_given_up(ctx, signed, &beyond).await? {
            return Err(
                Bug::Trail(format!("the tree was put back: {} leaves were signed", beyond.size)).into()
            );
        }
    }
    Ok(())
}

/// The newest checkpoint, as a signed note; none before the first.
///
/// # Errors
///
/// Where storage fails, or the tree is not the one that was signed last.
pub async fn newest_checkpoint(ctx: &Context) -> Result<Option<String>, Failure> {
    Ok(Signed::find(ctx).await?.and_then(|signed| signed.tree.checkpoint))
}

/// How many events are still to be sealed, counted up to a hundred thousand.
///
/// # Errors
///
/// Where storage fails.
pub async fn count_unsealed() -> Result<u64, Failure> {
    rows::backlog(COUNTED).await
}

async fn backlog(sealed: Sealed) -> Result<Sealed, Failure> {
    Ok(Sealed { unsealed: count_unsealed().await?, ..sealed })
}

/// Since when there has always been something left: now, where this call came to the end.
fn through(now: Time, at_the_end: bool) -> Time {
    let Ok(mut through) = THROUGH.lock() else { return now };
    let since = through.filter(|since| !at_the_end && *since <= now).unwrap_or(now);
    *through = Some(since);
    since
}

/// Notes since when events wait whose author can't be told, and tells the operator when they begin to.
async fn note_waiting(ctx: &Context, since: Option<Time>) -> Result<(), Failure> {
    if since == Some(ctx.now) {
        ctx.log(
            Level::Warn,
            "events wait to be sealed that are under a secret which this process was not given",
            &[],
        );
    }
    Change::of(waiting::note(ctx, since)).commit(ctx).await.map(drop)
}

/// What becomes of some events.
struct Batch {
    frontier: Frontier,
    statements: Vec<Statement>,
    /// Whether there are some whose author can't be told.
    unknown: bool,
}

impl Batch {
    /// Those that the service wrote are added to the tree, and the others are passed over: those of an unknown author for now, or for
    /// ever where they have waited long enough.
    fn of(ctx: &Context, tree: &Tree, events: &[rows::Unsealed], are_forged: bool) -> Self {
        let mut frontier = tree.frontier.clone();
        let (mut statements, mut hours, mut unknown) =
            (Vec::with_capacity(events.len()), BTreeMap::new(), false);
        for waiting in events {
            let index = frontier.size();
            let hash = match unsealed::written_by(ctx, waiting) {
                Author::Ours => waiting.event.hash_at(index),
                Author::Unknown if !are_forged => {
                    unknown = true;
                    continue;
                }
                Author::Unknown | Author::SomebodyElse => None,
            };
            let Some(hash) = hash else {
                statements.push(rows::pass_over(waiting.id));
                continue;
            };
            statements.push(rows::place(waiting.id, index, hash));
            frontier.append(hash, |tile| statements.push(rows::insert_tile(tile)));
            *hours
                .entry((Time(waiting.event.created_at).hour(), waiting.event.event_type.as_str()))
                .or_insert(0_i64) += 1;
        }
        statements
            .extend(hours.into_iter().map(|((hour, kind), count)| rows::add_to_hour(hour, kind, count)));
        Self { frontier, statements, unknown }
    }
}

/// Adds events to the tree. None where it has grown meanwhile.
async fn append(ctx: &Context, tree: Tree, key: &rows::Key, batch: Batch) -> Result<Option<Tree>, Failure> {
    let Batch { frontier, statements, .. } = batch;
    let mut change = Change::new();
    let mut grown = None;
    let mut checkpoint = tree.checkpoint.clone();
    if frontier.size() > tree.frontier.size() {
        let new = Checkpoint { origin: tree.origin.clone(), size: frontier.size(), root: frontier.root() };
        let note = new.sign(&*keys::open(ctx, key)?).to_string();
        let (from, to) = (tree.frontier.size().cast_signed(), frontier.size().cast_signed());
        grown = Some(change.add(rows::grow(&tree, &frontier)));
        change.add(rows::insert_seal(new.size, &note, ctx.now));
        change.add(rows::displace(from, to));
        // Only a copy outside proves anything against whoever owns the database.
        checkpoint = Some(note);
    }
    change.add_all(statements);
    match change.try_commit(ctx).await {
        Ok(_) => {}
        Err(Refused::Unmet(unmet)) if Some(unmet) == grown => return Ok(None),
        Err(Refused::Unmet(_)) => {
            return Err(Bug::Trail("an event can't be given its place".into()).into());
        }
        Err(refused) => return Err(refused.into()),
    }
    if let Some(note) = checkpoint.as_ref().filter(|note| tree.checkpoint.as_ref() != Some(*note)) {
        ctx.log(Level::Info, "audit checkpoint", &[("checkpoint", note)]);
    }
    Ok(Some(Tree { frontier, checkpoint, ..tree }))
}

/// Tells of rows that somebody else wrote, or changed: by an event, unless the last one said the same. More are told apart than are
/// named: one that takes another's place is told as well.
async fn tell_foreign(ctx: &Context) -> Result<(), Failure> {
    let (count, listed) = rows::foreign(COUNTED, LISTED).await?;
    if listed.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = listed.iter().take(NAMED).map(|id| String::from_utf8_lossy(id).into_owned()).collect();
    let event = Event::anonymous(Kind::EventsForged).with("count", count).with("events", ids.clone());
    let event = event.with("digest", digest(&listed));
    let told = |event: &Stored| serde_json::from_str::<Map<String, Value>>(event.metadata.as_deref()?).ok();
    let last = match Signed::read(ctx).await?.newest(Kind::EventsForged, told).await {
        // Rows that look like it can't keep it from being told.
        Err(Failure::Bug(Bug::Trail(_))) => None,
        last => last?,
    };
    if last.is_some_and(|(_, told)| told == event.metadata) {
        return Ok(());
    }
    commit::event(ctx, event).await?;
    platform::count(Metric::AuditEvents, "forged", count);
    let words = "the audit trail holds events that the service did not write";
    ctx.log(Level::Error, words, &[("finding", &ids.join(" "))]);
    Ok(())
}

/// Of these ids, each behind its length.
fn digest(ids: &[Vec<u8>]) -> String {
    let mut hash = Sha256::new();
    for id in ids {
        hash.update(u64::try_from(id.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(id);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

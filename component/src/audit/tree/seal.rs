//! Sealing: events get their places in the tree, and a checkpoint is signed over them, in one commit.

use super::{begin, compare, key, rows, rows::Tree};
use crate::{
    audit::{
        Event, Kind,
        mac::{Author, author},
    },
    context::Context,
    error::{Bug, Error},
    platform::{self, Level, Metric},
    storage::{Change, Refused},
    time::{Span, Time},
};
use mana_auth_audit::Checkpoint;
use std::{collections::BTreeMap, sync::Mutex};

/// How many events one commit seals: some 10 ms of a writer that requests wait for, too, and no more than one answer of the database
/// holds, however large they are.
const BATCH: u32 = 500;
/// How many commits one call makes.
const BATCHES: u32 = 100;
/// How far events that wait are counted.
const COUNTED: u32 = 100_000;

/// How many events that somebody else wrote are named.
const NAMED: usize = 20;

/// What was sealed, and what waits.
#[derive(Default)]
pub struct Sealed {
    /// Events that were sealed.
    pub events: u64,
    /// The newest checkpoint, as a signed note.
    pub checkpoint: Option<String>,
    /// Events that wait, counted up to a hundred thousand.
    pub unsealed: u64,
    /// How long the first of them has waited.
    pub lag: Span,
    /// Whether to call again.
    pub more: bool,
}

/// The newest checkpoint that this instance has seen. Whoever puts the database back to an older state meanwhile is noticed by it.
static SEEN: Mutex<Option<String>> = Mutex::new(None);

/// Seals a bounded number of events.
///
/// # Errors
///
/// Where storage fails, or the tree is not the one that was signed last: it is not gone on from then.
pub async fn seal(ctx: &Context) -> Result<Sealed, Error> {
    let mut tree = begin::tree(ctx).await?;
    let seen = SEEN.lock().ok().and_then(|seen| seen.clone());
    if let Some(seen) = seen.filter(|seen| tree.checkpoint.as_ref() != Some(seen)) {
        compare(ctx, &seen).await?;
        tree = begin::tree(ctx).await?;
    }
    // Read behind the tree, so that whoever signed it is among them, and before its events, so that the event which names the
    // newest is among those.
    let keys = rows::keys().await?;
    ensure_signed(ctx, &tree, &keys).await?;
    let mut sealed = Sealed::default();
    for _ in 0..BATCHES {
        let events = rows::unsealed(BATCH).await?;
        sealed.more = events.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
        if events.is_empty() {
            break;
        }
        let size = tree.frontier.size();
        let Some(grown) = append(ctx, tree, &events).await? else {
            // Another process was faster.
            sealed.checkpoint = newest_checkpoint().await?;
            return backlog(ctx, sealed).await;
        };
        tree = grown;
        let new = tree.frontier.size().saturating_sub(size);
        sealed.events = sealed.events.saturating_add(new);
        // Those of an unknown author wait, and nothing behind so many of them is seen.
        sealed.more &= new > 0;
        if !sealed.more {
            break;
        }
    }
    if !sealed.more {
        key::take_up_newest(ctx, &tree.key, &keys).await?;
        tell_foreign(ctx).await?;
    }
    if let Ok(mut seen) = SEEN.lock() {
        seen.clone_from(&tree.checkpoint);
    }
    sealed.checkpoint = tree.checkpoint;
    backlog(ctx, sealed).await
}

/// The newest checkpoint, as a signed note; none before the first.
///
/// # Errors
///
/// Where storage fails.
pub async fn newest_checkpoint() -> Result<Option<String>, Error> {
    Ok(rows::newest_seal().await?.map(|(_, note)| note))
}

/// How many events are still to be sealed, counted up to a hundred thousand.
///
/// # Errors
///
/// Where storage fails.
pub async fn unsealed() -> Result<u64, Error> {
    Ok(rows::backlog(COUNTED).await?.0)
}

async fn backlog(ctx: &Context, sealed: Sealed) -> Result<Sealed, Error> {
    let (unsealed, first) = rows::backlog(COUNTED).await?;
    let lag = first.map_or(Span::default(), |first: Time| ctx.now.since(first)).max(Span::default());
    Ok(Sealed { unsealed, lag, ..sealed })
}

/// Whoever edits the tree by hand does not get a signature for it.
async fn ensure_signed(ctx: &Context, tree: &Tree, keys: &[rows::Key]) -> Result<(), Error> {
    let wrong = || Error::Bug(Bug::Trail("the tree is not the one that was signed last".into()));
    let Some(note) = &tree.checkpoint else {
        return if tree.frontier.size() == 0 { Ok(()) } else { Err(wrong()) };
    };
    let Ok((_, checkpoint)) = Checkpoint::of_note(note) else { return Err(wrong()) };
    if checkpoint.size != tree.frontier.size() || checkpoint.root != tree.frontier.root() {
        return Err(wrong());
    }
    // A trail goes on under another name with an event that says so, and it is sealed with the first checkpoint under it. Where it
    // follows this very checkpoint, the event vouches for it: the key that signed it may be lost.
    if checkpoint.origin != tree.origin {
        match begin::announced(ctx, &tree.origin).await? {
            Some(follows) if follows == checkpoint.to_string() => return Ok(()),
            Some(_) => {}
            None => {
                return Err(Error::Bug(Bug::Trail("nothing tells why the trail has another name".into())));
            }
        }
    }
    signed_by(ctx, note, keys)?.map(drop).ok_or_else(wrong)
}

/// What a note says, if one of these keys signed it, whatever its origin. A key counts only if its private part opens: anyone who
/// can write rows can put a key of their own among them.
pub fn signed_by(ctx: &Context, note: &str, keys: &[rows::Key]) -> Result<Option<Checkpoint>, Error> {
    let Ok((note, checkpoint)) = Checkpoint::of_note(note) else { return Ok(None) };
    for key in keys {
        if note.is_signed_by(&rows::verifier(key, &checkpoint.origin)?) && key::open(ctx, key).is_ok() {
            return Ok(Some(checkpoint));
        }
    }
    Ok(None)
}

/// Adds events to the tree, those that the service wrote. None where it has grown meanwhile.
async fn append(ctx: &Context, tree: Tree, events: &[rows::Unsealed]) -> Result<Option<Tree>, Error> {
    let mut frontier = tree.frontier.clone();
    let mut statements = Vec::with_capacity(events.len());
    let mut hours = BTreeMap::new();
    for event in events {
        let id = event.id.to_string();
        let leaf = event.leaf(&id, frontier.size());
        match author(&ctx.settings.keyring, &leaf, &event.mac) {
            Author::Ours if event.has_its_details() => {}
            Author::Unknown => continue,
            Author::Ours | Author::SomebodyElse => {
                statements.push(rows::pass_over(event.id));
                continue;
            }
        }
        let hash = leaf.hash();
        statements.push(rows::place(event.id, leaf.index, hash));
        frontier.append(hash, |tile| statements.push(rows::insert_tile(tile)));
        *hours.entry((Time(event.created_at).hour(), event.event_type.as_str())).or_insert(0_i64) += 1;
    }
    let mut change = Change::new();
    let mut checkpoint = tree.checkpoint.clone();
    if frontier.size() > tree.frontier.size() {
        let new = Checkpoint { origin: tree.origin.clone(), size: frontier.size(), root: frontier.root() };
        let note = new.sign(&*key::open(ctx, &tree.key)?).to_string();
        change = change.and(rows::grow(&tree, &frontier)).and(rows::insert_seal(new.size, &note, ctx.now));
        // Only a copy outside proves anything against whoever owns the database.
        checkpoint = Some(note);
    }
    let hours = hours.into_iter().map(|((hour, kind), count)| rows::add_to_hour(hour, kind, count));
    change = change.and_all(statements).and_all(hours);
    match change.commit(ctx).await {
        Ok(_) => {}
        Err(Refused::Unmet(0)) => return Ok(None),
        Err(Refused::Unmet(_)) => {
            return Err(Bug::Trail("an event can't be given its place".into()).into());
        }
        Err(refused) => return Err(refused.into()),
    }
    if let Some(note) = checkpoint.as_ref().filter(|note| tree.checkpoint.as_ref() != Some(*note)) {
        platform::log(Level::Info, "audit checkpoint", &[("checkpoint", note)]);
    }
    Ok(Some(Tree { frontier, checkpoint, ..tree }))
}

/// Tells of rows that somebody else wrote, or changed: by an event, unless the last one said the same.
async fn tell_foreign(ctx: &Context) -> Result<(), Error> {
    let (count, ids) = rows::foreign(COUNTED, NAMED).await?;
    if ids.is_empty() {
        return Ok(());
    }
    let event = Event::anonymous(Kind::EventsForged).with("count", count).with("events", ids.clone());
    let last = rows::newest_metadata_of(Kind::EventsForged.name()).await?;
    if last.and_then(|(_, told)| serde_json::from_str(&told).ok()) == Some(event.metadata.clone()) {
        return Ok(());
    }
    Change::new().record(event).commit(ctx).await?;
    platform::count(Metric::AuditEvents, "forged", u64::try_from(count).unwrap_or(u64::MAX));
    let words = "the audit trail holds events that the service did not write";
    platform::log(Level::Error, words, &[("finding", &ids.join(" "))]);
    Ok(())
}

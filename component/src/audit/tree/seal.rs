//! Sealing: events get their places in the tree, and a checkpoint is signed over them, in one commit.

use super::{begin, key, rows, rows::Tree};
use crate::{
    context::Context,
    error::{Bug, Error},
    platform::{self, Level},
    storage::{Change, Refused},
    time::{Span, Time},
};
use mana_auth_audit::{Checkpoint, Leaf};
use std::collections::BTreeMap;

/// How many events one commit seals: some 20 ms of a writer that requests wait for, too.
const BATCH: u32 = 1_000;
/// How many commits one call makes.
const BATCHES: u32 = 50;
/// How far events that wait are counted.
const COUNTED: u32 = 100_000;

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

/// Seals a bounded number of events.
///
/// # Errors
///
/// Where storage fails, or the tree is not the one that was signed last: it is not gone on from then.
pub async fn seal(ctx: &Context) -> Result<Sealed, Error> {
    let mut tree = begin::tree(ctx).await?;
    // Read behind the tree, so that whoever signed it is among them, and before its events, so that the event which names the
    // newest is among those.
    let keys = rows::keys().await?;
    ensure_signed(&tree, &keys)?;
    let mut sealed = Sealed::default();
    for _ in 0..BATCHES {
        let events = rows::unsealed(BATCH).await?;
        sealed.more = events.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
        if events.is_empty() {
            break;
        }
        let Some(grown) = append(ctx, tree, &events).await? else {
            // Another process was faster.
            sealed.checkpoint = newest_checkpoint().await?;
            return backlog(ctx, sealed).await;
        };
        tree = grown;
        sealed.events = sealed.events.saturating_add(u64::try_from(events.len()).unwrap_or(u64::MAX));
        if !sealed.more {
            break;
        }
    }
    if !sealed.more {
        key::take_up_newest(ctx, &tree.key, &keys).await?;
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
    let lag = first.map_or(Span::default(), |first: Time| ctx.now.since(first));
    Ok(Sealed { unsealed, lag, ..sealed })
}

/// Whoever edits the tree by hand does not get a signature for it.
fn ensure_signed(tree: &Tree, keys: &[rows::Key]) -> Result<(), Error> {
    let wrong = || Error::Bug(Bug::Trail("the tree is not the one that was signed last".into()));
    let Some(note) = &tree.checkpoint else {
        return if tree.frontier.size() == 0 { Ok(()) } else { Err(wrong()) };
    };
    let checkpoint = signed_by(note, keys)?.ok_or_else(wrong)?;
    if checkpoint.size == tree.frontier.size() && checkpoint.root == tree.frontier.root() {
        Ok(())
    } else {
        Err(wrong())
    }
}

/// What a note says, if one of these keys signed it, whatever its origin.
pub fn signed_by(note: &str, keys: &[rows::Key]) -> Result<Option<Checkpoint>, Error> {
    let Ok((note, checkpoint)) = Checkpoint::of_note(note) else { return Ok(None) };
    for key in keys {
        if note.is_signed_by(&rows::verifier(key, &checkpoint.origin)?) {
            return Ok(Some(checkpoint));
        }
    }
    Ok(None)
}

/// Adds events to the tree. None where it has grown meanwhile.
async fn append(ctx: &Context, tree: Tree, events: &[rows::Unsealed]) -> Result<Option<Tree>, Error> {
    let mut frontier = tree.frontier.clone();
    let mut statements = Vec::with_capacity(events.len());
    let mut hours = BTreeMap::new();
    for event in events {
        let id = event.id.to_string();
        let leaf = Leaf {
            index: frontier.size(),
            id: &id,
            user_id: event.user_id.as_deref(),
            event_type: &event.event_type,
            source: event.source.as_deref(),
            created_at: event.created_at,
            details: &event.details_digest,
        };
        let hash = leaf.hash();
        statements.push(rows::place(event.id, leaf.index, hash));
        frontier.append(hash, |tile| statements.push(rows::insert_tile(tile)));
        *hours.entry((Time(event.created_at).hour(), event.event_type.as_str())).or_insert(0_i64) += 1;
    }
    statements.extend(hours.into_iter().map(|((hour, kind), count)| rows::add_to_hour(hour, kind, count)));
    let checkpoint = Checkpoint { origin: tree.origin.clone(), size: frontier.size(), root: frontier.root() };
    let note = checkpoint.sign(&*key::open(ctx, &tree.key)?).to_string();
    let change = Change::new().and(rows::grow(&tree, &frontier)).and_all(statements).and(rows::insert_seal(
        checkpoint.size,
        &note,
        ctx.now,
    ));
    match change.commit(ctx).await {
        Ok(_) => {}
        Err(Refused::Unmet(_)) => return Ok(None),
        Err(refused) => return Err(refused.into()),
    }
    // Only a copy outside proves anything against whoever owns the database.
    platform::log(Level::Info, "audit checkpoint", &[("checkpoint", &note)]);
    Ok(Some(Tree { frontier, checkpoint: Some(note), ..tree }))
}

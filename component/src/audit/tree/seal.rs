//! Sealing: events that wait become leaves of the tree, and a checkpoint is signed over them, in one commit
//! for each batch.

use super::{
    batch::Batch,
    begin, foreign,
    keys::CheckpointKey,
    rollback,
    rows::{self, Head},
    signed::Tree,
    stopped::{self, Stopped},
    waiting,
};
use crate::{
    commit::Change,
    context::Context,
    error::{Bug, Failure},
    time::{Span, Time},
};
use std::sync::Mutex;

/// The number of events that one commit seals. It takes some 10 ms of the database's only writer, which
/// requests wait for, too.
const BATCH: u64 = 500;
/// The number of commits that one call makes.
const BATCHES: u32 = 100;
/// The most calls in a row that seal nothing and leave something, where all is to be sealed. Each comes by fifty
/// thousand events, or was overtaken by another process.
const IDLE: u32 = 1_000;
/// The most events that wait which are counted.
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
    /// How long some of them have waited since housekeeping first came by them, by its own clock.
    pub lag: Span,
    /// Whether to call again.
    pub more: bool,
}

/// When this instance last came to the end of what waited.
static THROUGH: Mutex<Option<Time>> = Mutex::new(None);

/// Seals a bounded number of events. Begins the audit log where there is none.
///
/// # Errors
///
/// Where storage fails, or the tree head is not the one that was signed last: then nothing is sealed any
/// more.
pub async fn seal(ctx: &Context) -> Result<Sealed, Failure> {
    rollback::compare_with_seen(ctx).await?;
    // The keys are read after the tree head, so that the one that signed it is among them, and before its
    // events, so that the event which names the newest key is among those.
    let mut tree = Tree::of(ctx, begin::head(ctx).await?).await?;
    rollback::ensure_newest(ctx, &mut tree).await?;
    let key = tree.signing_key().await?;
    let unknown_since = waiting::since(ctx).await?;
    let are_forged = unknown_since.is_some_and(|since| ctx.now.since(since) >= waiting::MOST);
    Change::of(rows::pass_over_malformed()).commit(ctx).await?;
    let run = Run::start(ctx, tree.head, &key, are_forged).await?;
    if run.is_overtaken {
        let checkpoint = newest_checkpoint(ctx).await?;
        return backlog(Sealed { events: run.events, checkpoint, more: true, ..Sealed::default() }).await;
    }
    let lag = note_lag(ctx, &run, unknown_since).await?;
    rollback::note_seen(run.head.checkpoint.as_ref());
    if run.is_through {
        foreign::record(ctx).await?;
    }
    let (events, checkpoint) = (run.events, run.head.checkpoint);
    backlog(Sealed { events, checkpoint, lag, more: !run.is_through, ..Sealed::default() }).await
}

/// Seals all that waits.
///
/// # Errors
///
/// As [`seal`]. Where so much waits under a secret which this process was not given that one call does not
/// come to its end.
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
    Err(Bug::AuditLog("too many events wait under a secret that was not given".into()).into())
}

/// The newest checkpoint, as a signed note. None before the first.
///
/// # Errors
///
/// Where storage fails, or the tree head is not the one that was signed last.
pub async fn newest_checkpoint(ctx: &Context) -> Result<Option<String>, Failure> {
    Ok(Tree::find(ctx).await?.and_then(|tree| tree.head.checkpoint))
}

/// The number of events that wait to be sealed, counted up to a hundred thousand.
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

/// The batches of one call.
struct Run {
    /// The tree head after the last of them.
    head: Head,
    events: u64,
    /// Whether it came to the end of what waits.
    is_through: bool,
    /// Whether another process has sealed meanwhile. Then the run ends.
    is_overtaken: bool,
    /// Set if this run, or an earlier run that it continues, has read events of an unknown author.
    has_unknown: bool,
}

impl Run {
    async fn start(
        ctx: &Context,
        head: Head,
        key: &CheckpointKey,
        are_forged: bool,
    ) -> Result<Self, Failure> {
        let Stopped { behind: mut after, has_unknown } = stopped::take();
        let mut run = Self { head, events: 0, is_through: false, is_overtaken: false, has_unknown };
        for _ in 0..BATCHES {
            let events = rows::unsealed(after, BATCH).await?;
            let Some(last) = events.last() else {
                run.is_through = true;
                break;
            };
            after = Some(last.id);
            let size = run.head.frontier.size();
            let batch = Batch::of(ctx, &run.head, &events, are_forged);
            run.has_unknown |= batch.has_unknown;
            let Some(grown) = batch.commit(ctx, &run.head, key).await? else {
                run.is_overtaken = true;
                break;
            };
            run.head = grown;
            run.events = run.events.saturating_add(run.head.frontier.size().saturating_sub(size));
        }
        if !run.is_through && !run.is_overtaken {
            stopped::note(Stopped { behind: after, has_unknown: run.has_unknown });
        }
        Ok(run)
    }
}

/// How long some events have waited. Notes since when events of an unknown author wait, where a run has
/// changed that: the first run that comes by some begins it, and a run that comes to the end without any ends
/// it.
///
/// It begins also in a run that does not come to the end. Otherwise so many could wait that no run does, and
/// they would never count as forged.
async fn note_lag(ctx: &Context, run: &Run, noted: Option<Time>) -> Result<Span, Failure> {
    let through = note_through(ctx.now, run.is_through);
    let since = match (run.has_unknown, run.is_through) {
        (true, _) => Some(noted.unwrap_or(ctx.now)),
        (false, true) => None,
        (false, false) => noted,
    };
    if since != noted {
        waiting::note(ctx, since).await?;
    }
    if run.is_through {
        Ok(since.map_or(Span::default(), |since| ctx.now.since(since)))
    } else {
        Ok(ctx.now.since(through))
    }
}

/// Since when there has always been something left: now, where this call came to the end.
fn note_through(now: Time, is_through: bool) -> Time {
    let Ok(mut through) = THROUGH.lock() else { return now };
    let since = through.filter(|since| !is_through && *since <= now).unwrap_or(now);
    *through = Some(since);
    since
}

//! Housekeeping: bounded, idempotent, by one process at a time.

use super::{lease, overdue, rows};
use crate::{
    audit::{self, tree},
    challenges,
    commit::Change,
    context::Context,
    error::{Bug, Failure},
    invalidations, keys, mail, mailer,
    platform::{Level, Metric},
    registrations, sessions,
    storage::Statement,
    throttle,
    time::{SKEW, Span},
};

/// How many sessions one transaction removes. Each takes its chain of refresh tokens along, ten thousand at most.
const BATCH: u32 = 20;
/// How many such transactions one run makes.
const BATCHES: u32 = 50;
/// How many rows of `invalidations` are kept, and how many one transaction removes. Nothing that was issued lives long enough to ask
/// for older ones; whoever does is told that they are not known.
const INVALIDATIONS_KEPT: i64 = 100_000;
const INVALIDATIONS_REMOVED: i64 = 10_000;
/// How many starts of serving processes are kept.
const STARTS_KEPT: i64 = 1000;
/// How many attempts, locks and suspicions that are forgotten one run removes.
const ATTEMPTS_REMOVED: u32 = 20_000;
/// How many challenges of each purpose that nobody needs any more.
const CHALLENGES_REMOVED: u32 = 20_000;
/// How many registrations whose address nobody has proven.
const REGISTRATIONS_REMOVED: u32 = 20_000;

/// What one run did.
#[derive(Default)]
pub struct Report {
    /// False where another process holds the lease, or did it lately.
    pub ran: bool,
    /// How much each task did, by the names that `wit/maintenance.wit` lists.
    pub done: Vec<(&'static str, u64)>,
    /// How things stand now, by the names that `wit/maintenance.wit` lists.
    pub gauges: Vec<(&'static str, u64)>,
    /// The newest checkpoint of the audit log, as a signed note.
    pub checkpoint: Option<String>,
    /// Whether there is more to do.
    pub more: bool,
}

impl Report {
    /// Adds to what a task did.
    fn add(&mut self, task: &'static str, count: u64) {
        match self.done.iter_mut().find(|(name, _)| *name == task) {
            Some((_, done)) => *done = done.saturating_add(count),
            None => self.done.push((task, count)),
        }
    }

    fn gauge(&mut self, name: &'static str, value: i64) {
        self.gauges.push((name, u64::try_from(value).unwrap_or(0)));
    }
}

/// Does a bounded amount of housekeeping, unless somebody did so within `at_most_every`.
///
/// # Errors
///
/// Where storage fails.
pub async fn run(ctx: &Context, at_most_every: Span) -> Result<Report, Failure> {
    let done_at = rows::done_at().await?.unwrap_or_default();
    if at_most_every > Span::seconds(0) && done_at.is_within(at_most_every, ctx.now) {
        return Ok(Report::default());
    }
    if done_at > ctx.now + SKEW {
        let seconds = done_at.since(ctx.now).as_seconds().to_string();
        ctx.log(Level::Warn, "the clock was put back", &[("seconds", &seconds)]);
    }
    let lease = lease::take(ctx).await?;
    overdue::look(ctx, lease.is_some(), done_at);
    let Some(lease) = lease else { return Ok(Report::default()) };
    let mut report = Report { ran: true, ..Report::default() };
    // Whoever calls often, such as a host without a timer, has nobody to tell.
    let count = at_most_every == Span::seconds(0);
    let outcome = work(ctx, count, &mut report).await;
    match outcome {
        Ok(()) => lease.finish(ctx).await?,
        Err(_) => lease.give_back(ctx).await?,
    }
    outcome.map(|()| report)
}

async fn work(ctx: &Context, count: bool, report: &mut Report) -> Result<(), Failure> {
    let outcome = tidy_up(ctx, report).await;
    // Whatever becomes of everything else, what happened is sealed.
    keep_audit_log(ctx, report).await?;
    outcome?;
    if count && !report.more {
        let sessions = sessions::count(ctx).await?;
        report.gauge("active_sessions", sessions.all);
        report.gauge("remembered_sessions", sessions.remembered);
    }
    Ok(())
}

/// Everything but the audit log.
async fn tidy_up(ctx: &Context, report: &mut Report) -> Result<(), Failure> {
    // Keys first: nothing else is urgent.
    let keys = keys::all().await?;
    report.add("keys_created", keys::ensure(ctx, &keys).await?);
    if let Some(key) = keys::signer(&keys, ctx.now) {
        report.gauge("signing_key_created", key.created_at.0);
    }
    report.add("keys_resealed", keys::rewrap(ctx).await?);
    remove(ctx, "jwks", keys::prune(ctx.now)).await?;
    // While the audit log can't be written, everything else is removed all the same.
    let reported = audit::counted::report(ctx).await;
    for _ in 0..BATCHES {
        let removed = remove(ctx, "sessions", sessions::prune(ctx.now, BATCH)).await?;
        report.add("sessions_pruned", removed);
        report.more = removed == u64::from(BATCH);
        if !report.more {
            break;
        }
    }
    for _ in 0..BATCHES {
        if remove(ctx, "invalidations", invalidations::prune(INVALIDATIONS_KEPT, INVALIDATIONS_REMOVED))
            .await?
            < INVALIDATIONS_REMOVED.unsigned_abs()
        {
            break;
        }
    }
    remove(ctx, "starts", invalidations::prune_starts(STARTS_KEPT)).await?;
    for (table, prune) in throttle::prune(ctx, ATTEMPTS_REMOVED).await? {
        let removed = remove_all(ctx, table, prune).await?;
        report.more |= removed >= u64::from(ATTEMPTS_REMOVED);
    }
    for purpose in challenges::Purpose::ALL {
        remove(ctx, "challenges", challenges::prune(purpose, ctx.now, CHALLENGES_REMOVED)).await?;
    }
    remove(ctx, "registrations", registrations::prune(ctx.now, REGISTRATIONS_REMOVED)).await?;
    let mails = mail::tidy(ctx).await?;
    // For a host without a timer of its own: some may have been put off.
    if mails.waiting > 0 {
        mailer::committed();
    }
    report.gauge("mails_waiting", mails.waiting);
    report.gauge("mails_failed", mails.failed);
    report.add("lost_events_recorded", reported?);
    Ok(())
}

/// Seals what happened, drops what is past its retention, and looks whether the rest is what was signed.
async fn keep_audit_log(ctx: &Context, report: &mut Report) -> Result<(), Failure> {
    report.add("keys_resealed", tree::rewrap_keys(ctx).await?);
    let sealed = match tree::seal(ctx).await {
        Err(Failure::Bug(Bug::AuditLog(words))) => {
            tree::note_finding(ctx, &words).await?;
            return Err(Bug::AuditLog(words).into());
        }
        sealed => sealed?,
    };
    report.add("events_sealed", sealed.events);
    report.gauge("events_unsealed", sealed.unsealed.cast_signed());
    report.gauge("seal_lag_milliseconds", sealed.lag.0);
    report.checkpoint = sealed.checkpoint;
    report.more |= sealed.more;
    // Whatever becomes of the rest, the new checkpoint must reach whoever keeps it.
    if let Err(error) = prune_and_verify(ctx, report).await {
        if let Failure::Bug(Bug::AuditLog(words)) = &error {
            tree::note_finding(ctx, words).await?;
        }
        ctx.log(Level::Error, "the audit log could not be gone through", &[("why", &error.to_string())]);
    }
    Ok(())
}

async fn prune_and_verify(ctx: &Context, report: &mut Report) -> Result<(), Failure> {
    let mut signed = tree::Tree::read(ctx).await?;
    let pruned = tree::prune(ctx, &mut signed).await;
    report.add("events_pruned", pruned.as_ref().copied().unwrap_or_default());
    tree::verify_next(ctx, &mut signed).await?;
    pruned.map(drop)
}

async fn remove(ctx: &Context, table: &'static str, statement: Statement) -> Result<u64, Failure> {
    remove_all(ctx, table, vec![statement]).await
}

async fn remove_all(ctx: &Context, table: &'static str, statements: Vec<Statement>) -> Result<u64, Failure> {
    let mut change = Change::new();
    let removed: Vec<_> = statements
        .into_iter()
        .map(|statement| change.add_counted(Metric::RowsPruned, table, statement))
        .collect();
    let committed = change.commit(ctx).await?;
    Ok(removed.into_iter().map(|removed| committed[removed]).sum())
}

//! Going through the trail, to see whether it is what was signed: piece by piece as housekeeping, or a part of it at once.

use super::{
    boundary::kept_from,
    progress::{self, Progress, Verification},
    signed::Signed,
    walk::Walk,
};
use crate::{
    commit::Change,
    context::Context,
    error::{Bug, Failure, FieldProblem, InputError},
    platform::Level,
    time::Span,
};
use mana_auth_audit::{Finding, Frontier};

/// How many events one round of housekeeping looks at.
const PIECE: u64 = 20_000;
/// How often it is begun anew.
const EVERY: Span = Span::hours(1);
/// How many events one call looks at, at most.
pub const MOST: u64 = 100_000;
/// The longest finding that is told, in characters.
const WORDS: usize = 200;

/// The last time that housekeeping went through the whole trail; none before the first, and where somebody else has written what it
/// found.
///
/// # Errors
///
/// Where storage fails.
pub async fn last_verification(ctx: &Context) -> Result<Option<Verification>, Failure> {
    Ok(progress::read(ctx).await?.and_then(|progress| progress.last))
}

/// Looks at a part of the trail now.
///
/// # Errors
///
/// `Invalid` for more than [`MOST`] leaves, or leaves that are not there.
pub async fn verify_range(ctx: &Context, from: u64, to: u64) -> Result<Verification, InputError> {
    let mut signed = match Signed::find(ctx).await {
        Err(Failure::Bug(Bug::Trail(words))) => {
            return Ok(Verification { from, to, begun: ctx.now, first_bad: Some(words) });
        }
        signed => signed?,
    };
    let (size, first) = match &mut signed {
        Some(signed) => (signed.size(), kept_from(signed).await?),
        None => (0, 0),
    };
    if from < first || from > to {
        return Err(FieldProblem::new("from", format!("must be from {first} to `to`")).into());
    }
    if to > size || to - from > MOST {
        let problem = format!("must be at most {size}, and {MOST} more than `from`");
        return Err(FieldProblem::new("to", problem).into());
    }
    let finding = match &mut signed {
        Some(signed) => wrong_in(ctx, signed, from, to).await?,
        None => None,
    };
    Ok(Verification { from, to, begun: ctx.now, first_bad: finding.map(|finding| words(&finding)) })
}

/// What is wrong first in a range of leaves.
async fn wrong_in(
    ctx: &Context,
    signed: &mut Signed,
    from: u64,
    to: u64,
) -> Result<Option<Finding>, Failure> {
    let Some(frontier) = signed.prefix(from).await? else {
        return Ok(Some(Finding::Replaced { leaves: 0..from }));
    };
    let mut walk = Walk::new(ctx, signed, frontier).await?;
    match walk.to(to, None).await? {
        None => walk.unproven().await,
        finding => Ok(finding),
    }
}

/// A finding in words. It may name an id that somebody else wrote.
fn words(finding: &Finding) -> String {
    finding.to_string().chars().filter(|c| !c.is_control()).take(WORDS).collect()
}

/// Goes through the next piece of the trail, and begins again an hour after it has begun the last time.
///
/// # Errors
///
/// Where storage fails.
pub async fn go_on_verifying(ctx: &Context, signed: &mut Signed) -> Result<(), Failure> {
    let progress = progress::read(ctx).await?.filter(|progress| progress.begun <= ctx.now);
    let lately = |last: &Verification| (Span::default()..EVERY).contains(&ctx.now.since(last.begun));
    if progress.as_ref().is_some_and(|it| !it.is_under_way() && it.last.as_ref().is_some_and(lately)) {
        return Ok(());
    }
    let (size, first) = (signed.size(), kept_from(signed).await?);
    let (begun, last) = match progress {
        Some(progress) => {
            let goes_on = progress.is_under_way() && progress.frontier.size() >= first;
            (goes_on.then_some((progress.from, progress.frontier, progress.begun)), progress.last)
        }
        None => (None, None),
    };
    let begun = match begun {
        Some(begun) => Some(begun),
        None => signed.prefix(first).await?.map(|frontier| (first, frontier, ctx.now)),
    };
    let done = |from, to, begun, finding: Option<Finding>| {
        let first_bad = finding.map(|finding| words(&finding));
        Progress {
            from: 0,
            frontier: Frontier::default(),
            begun,
            last: Some(Verification { from, to, begun, first_bad }),
        }
    };
    let progress = match begun {
        None => done(first, size, ctx.now, Some(Finding::Replaced { leaves: 0..first })),
        Some((from, frontier, begun)) => {
            let to = size.min(frontier.size().saturating_add(PIECE));
            let mut walk = Walk::new(ctx, signed, frontier).await?;
            let finding = match walk.to(to, None).await? {
                None if to == size => walk.unproven().await?,
                finding => finding,
            };
            if finding.is_none() && to < size {
                Progress { from, frontier: walk.frontier().clone(), begun, last }
            } else {
                done(from, to, begun, finding)
            }
        }
    };
    if let Some(finding) =
        progress.last.as_ref().filter(|_| !progress.is_under_way()).and_then(|last| last.first_bad.as_deref())
    {
        ctx.log(Level::Error, "the audit trail is not what was signed", &[("finding", finding)]);
    }
    Change::of(progress::save(ctx, &progress)).commit(ctx).await?;
    Ok(())
}

/// Notes why the trail can't be gone through, so that nobody is told any more that all is well.
///
/// # Errors
///
/// Where storage fails.
pub async fn note_finding(ctx: &Context, words: &str) -> Result<(), Failure> {
    let last =
        Verification { from: 0, to: 0, begun: ctx.now, first_bad: Some(words.chars().take(WORDS).collect()) };
    let progress = Progress { from: 0, frontier: Frontier::default(), begun: ctx.now, last: Some(last) };
    Change::of(progress::save(ctx, &progress)).commit(ctx).await?;
    Ok(())
}

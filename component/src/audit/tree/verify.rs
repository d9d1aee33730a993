//! Verification: whether the sealed events are what was signed. Housekeeping verifies all of them, piece by
//! piece; a caller verifies a part of them at once.

use super::{
    progress::{self, Progress, Verification},
    signed::Tree,
    walk::Walk,
};
use crate::{
    commit::Change,
    context::Context,
    error::{Bug, Failure, FieldProblem, InputError},
    platform::Level,
    time::{Span, Time},
};
use mana_auth_audit::{Finding, Frontier};

/// The number of events that one round of housekeeping verifies.
const PIECE: u64 = 20_000;
/// The time from one beginning to the next.
const EVERY: Span = Span::hours(1);
/// The most events that one call verifies.
pub const MOST: u64 = 100_000;
/// The longest finding that is told, in characters.
const WORDS: usize = 200;

/// What housekeeping found when it last came to the end of the audit log. None before the first time, and
/// where somebody else has written the row.
///
/// # Errors
///
/// Where storage fails.
pub async fn last_verification(ctx: &Context) -> Result<Option<Verification>, Failure> {
    Ok(progress::read(ctx).await?.and_then(|progress| progress.last))
}

/// Verifies the leaves from `from` to before `to` now.
///
/// # Errors
///
/// `Invalid` for more than [`MOST`] leaves, or leaves that are not there.
pub async fn verify_range(ctx: &Context, from: u64, to: u64) -> Result<Verification, InputError> {
    let mut tree = match Tree::find(ctx).await {
        Err(Failure::Bug(Bug::AuditLog(words))) => {
            return Ok(Verification { from, to, begun: ctx.now, first_bad: Some(words) });
        }
        tree => tree?,
    };
    let (size, first) = match &mut tree {
        Some(tree) => (tree.size(), tree.kept_from().await?),
        None => (0, 0),
    };
    if from < first || from > to {
        return Err(FieldProblem::new("from", format!("must be from {first} to `to`")).into());
    }
    if to > size || to - from > MOST {
        let problem = format!("must be at most {size}, and {MOST} more than `from`");
        return Err(FieldProblem::new("to", problem).into());
    }
    let finding = match &mut tree {
        Some(tree) => first_finding(tree, from, to).await?,
        None => None,
    };
    Ok(Verification { from, to, begun: ctx.now, first_bad: finding.map(|finding| describe(&finding)) })
}

/// The first finding in a range of leaves.
async fn first_finding(tree: &mut Tree, from: u64, to: u64) -> Result<Option<Finding>, Failure> {
    let Some(frontier) = tree.prefix(from).await? else {
        return Ok(Some(Finding::Replaced { leaves: 0..from }));
    };
    let mut walk = Walk::new(tree, frontier).await?;
    match walk.to(to, None).await? {
        None => walk.unproven().await,
        finding => Ok(finding),
    }
}

/// A finding in words. It may name an id that somebody else wrote.
fn describe(finding: &Finding) -> String {
    finding.to_string().chars().filter(|c| !c.is_control()).take(WORDS).collect()
}

/// Verifies the next piece of the audit log. Begins anew an hour after the last beginning.
///
/// # Errors
///
/// Where storage fails.
pub async fn verify_next(ctx: &Context, tree: &mut Tree) -> Result<(), Failure> {
    // Progress of a moment that is still to come is none: the clock was put back.
    let mut noted = progress::read(ctx).await?.filter(|noted| noted.begun <= ctx.now);
    let is_recent = |last: &Verification| (Span::default()..EVERY).contains(&ctx.now.since(last.begun));
    if noted.as_ref().is_some_and(|it| !it.is_under_way() && it.last.as_ref().is_some_and(is_recent)) {
        return Ok(());
    }
    let first = tree.kept_from().await?;
    let last = noted.as_mut().and_then(|noted| noted.last.take());
    let start = match noted {
        // Unless retention has dropped leaves meanwhile that were still to be verified.
        Some(noted) if noted.is_under_way() && noted.frontier.size() >= first => {
            Some((noted.from, noted.frontier, noted.begun))
        }
        _ => tree.prefix(first).await?.map(|frontier| (first, frontier, ctx.now)),
    };
    let progress = match start {
        Some((from, frontier, begun)) => verify_piece(tree, from, frontier, begun, last).await?,
        None => {
            let first_bad = Some(describe(&Finding::Replaced { leaves: 0..first }));
            Progress::done(Verification { from: first, to: tree.size(), begun: ctx.now, first_bad })
        }
    };
    if let Some(finding) =
        progress.last.as_ref().filter(|_| !progress.is_under_way()).and_then(|last| last.first_bad.as_deref())
    {
        ctx.log(Level::Error, "the audit log is not what was signed", &[("finding", finding)]);
    }
    Change::of(progress::save(ctx, &progress)).commit(ctx).await?;
    Ok(())
}

/// Verifies the piece behind `frontier`, of a walk that began at the leaf `from`. The walk comes to its end
/// with the last leaf, or with the first finding.
async fn verify_piece(
    tree: &mut Tree,
    from: u64,
    frontier: Frontier,
    begun: Time,
    last: Option<Verification>,
) -> Result<Progress, Failure> {
    let size = tree.size();
    let to = size.min(frontier.size().saturating_add(PIECE));
    let mut walk = Walk::new(tree, frontier).await?;
    let finding = match walk.to(to, None).await? {
        None if to == size => walk.unproven().await?,
        finding => finding,
    };
    if finding.is_none() && to < size {
        return Ok(Progress { from, frontier: walk.frontier().clone(), begun, last });
    }
    let first_bad = finding.map(|finding| describe(&finding));
    Ok(Progress::done(Verification { from, to, begun, first_bad }))
}

/// Notes why the audit log can't be verified, so that [`last_verification`] no longer says that all is well.
///
/// # Errors
///
/// Where storage fails.
pub async fn note_finding(ctx: &Context, words: &str) -> Result<(), Failure> {
    let first_bad = Some(words.chars().take(WORDS).collect());
    let progress = Progress::done(Verification { from: 0, to: 0, begun: ctx.now, first_bad });
    Change::of(progress::save(ctx, &progress)).commit(ctx).await?;
    Ok(())
}

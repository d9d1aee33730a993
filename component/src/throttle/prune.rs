//! Forgetting what nobody looks at any more, and the bounds of tables that strangers fill.
//!
//! `attempts` makes room by itself, with each row that it gets; what is left to housekeeping is what ended with the traffic. Rows of
//! `lockouts` and `suspicions` come as slowly as hashes are computed, so that it is enough to look now and then. Nothing is removed
//! for being of the future: it may be this call that has been held up.

use super::{counter::CounterKind, rows};
use crate::{context::Context, error::Failure, storage::Statement};

/// How many rows `lockouts` and `suspicions` may have. Past it those with the fewest failures are forgotten first, and of them the
/// oldest: whoever fills the table with single failures pushes out nobody who has failed more often.
const MOST: i64 = 1_000_000;

/// What is to be removed: at most `limit` rows of each table, by as few changes.
///
/// # Errors
///
/// Where storage fails.
pub async fn prune(ctx: &Context, limit: u32) -> Result<Vec<(&'static str, Vec<Statement>)>, Failure> {
    let now = ctx.now;
    let too_many =
        async |table: &str| Ok::<_, Failure>((rows::number_in(table).await? - MOST).clamp(0, limit.into()));
    let attempts = CounterKind::all().map(|counter| rows::prune_attempts(counter, now, limit)).collect();
    let lockouts = rows::prune_lockouts(too_many("lockouts").await?);
    let suspicions = rows::prune_suspicions(too_many("suspicions").await?);
    Ok(vec![
        ("attempts", attempts),
        ("reservations", vec![rows::prune_reservations(now, limit)]),
        ("lockouts", vec![lockouts]),
        ("suspicions", vec![rows::prune_old_suspicions(now, limit), suspicions]),
    ])
}

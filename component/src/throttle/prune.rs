//! Forgetting what nobody looks at any more, and the bounds of tables that strangers fill.
//!
//! `attempts` makes room by itself, with each row that it gets; what is left to housekeeping is what ended with the traffic. Rows of
//! `lockouts` and `suspicions` come as slowly as hashes are computed, so that it is enough to look now and then. Nothing is removed
//! for being of the future: it may be this call that has been held up.

use super::{
    counter::{ACCOUNT, DEVICE, REAUTHENTICATION},
    limit::COUNTERS,
    standing::{LONGEST, SUSPICION_WINDOW, UNDECIDED},
};
use crate::{
    context::Context,
    error::Error,
    params,
    storage::{self, Statement, statement},
    time::Time,
};

/// How many rows `lockouts` and `suspicions` may have. Past it those with the fewest failures are forgotten first, and of them the
/// oldest: whoever fills the table with single failures pushes out nobody who has failed more often.
const MOST: i64 = 1_000_000;

/// What is to be removed: at most `limit` rows of each table, by as few changes.
///
/// # Errors
///
/// Where storage fails.
pub async fn prune(ctx: &Context, limit: u32) -> Result<Vec<(&'static str, Vec<Statement>)>, Error> {
    let now = ctx.now;
    let too_many = async |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows = storage::query_one(&sql, vec![], |row| row.take::<i64>()).await?.unwrap_or(0);
        Ok::<_, Error>((rows - MOST).clamp(0, limit.into()))
    };
    Ok(vec![
        ("attempts", attempts(now, limit)),
        ("reservations", vec![reservations(now, limit)]),
        ("lockouts", vec![lockouts(too_many("lockouts").await?)]),
        ("suspicions", vec![old_suspicions(now, limit), suspicions(too_many("suspicions").await?)]),
    ])
}

fn attempts(now: Time, limit: u32) -> Vec<Statement> {
    let counters = COUNTERS.iter().flatten().chain(&[ACCOUNT, DEVICE, REAUTHENTICATION]);
    let prune = counters.map(|counter| {
        statement(
            // Nothing is read where the oldest is still looked at.
            "DELETE FROM attempts WHERE counter = ?1
                 AND position < (SELECT CASE WHEN until < ?3 THEN position + ?2 ELSE position END
                     FROM attempts WHERE counter = ?1 ORDER BY position LIMIT 1)
                 AND until < ?3",
            params![*counter, limit, now - SUSPICION_WINDOW],
        )
    });
    prune.collect()
}

/// Those whose process died. There are never more than hashes under way.
fn reservations(now: Time, limit: u32) -> Statement {
    statement(
        "DELETE FROM reservations WHERE (counter, subject, at, nonce) IN (
             SELECT counter, subject, at, nonce FROM reservations WHERE at <= ?1 LIMIT ?2)",
        params![now - UNDECIDED, limit],
    )
}

fn lockouts(too_many: i64) -> Statement {
    statement(
        "DELETE FROM lockouts WHERE (counter, subject) IN (
             SELECT counter, subject FROM lockouts ORDER BY failures, failed_at LIMIT ?1)",
        params![too_many],
    )
}

fn old_suspicions(now: Time, limit: u32) -> Statement {
    statement(
        "DELETE FROM suspicions WHERE (reason, subject) IN (
             SELECT reason, subject FROM suspicions WHERE at < ?1 ORDER BY at LIMIT ?2)",
        params![now - LONGEST, limit],
    )
}

fn suspicions(too_many: i64) -> Statement {
    statement(
        "DELETE FROM suspicions WHERE (reason, subject) IN (
             SELECT reason, subject FROM suspicions ORDER BY at LIMIT ?1)",
        params![too_many],
    )
}

//! Removing what nobody looks at any more.

use super::super::{
    counter::CounterKind,
    standing::{LONGEST, SUSPICION_WINDOW, UNDECIDED},
};
use crate::{
    error::Failure,
    params,
    storage::{self, Statement, statement},
    time::Time,
};

/// How many rows a table has.
pub async fn number_in(table: &str) -> Result<i64, Failure> {
    let sql = format!("SELECT count(*) FROM {table}");
    Ok(storage::query_one(&sql, vec![], |row| row.take()).await?.unwrap_or(0))
}

/// Attempts of a counter that nobody looks at any more. Nothing is read where the oldest is still looked at.
pub fn prune_attempts(counter: CounterKind, now: Time, limit: u32) -> Statement {
    statement(
        "DELETE FROM attempts WHERE counter = ?1
             AND position < (SELECT CASE WHEN until < ?3 THEN position + ?2 ELSE position END
                 FROM attempts WHERE counter = ?1 ORDER BY position LIMIT 1)
             AND until < ?3",
        params![counter, limit, now - SUSPICION_WINDOW],
    )
}

/// Those whose process died. There are never more than hashes under way.
pub fn prune_reservations(now: Time, limit: u32) -> Statement {
    statement(
        "DELETE FROM reservations WHERE (counter, subject, at, nonce) IN (
             SELECT counter, subject, at, nonce FROM reservations WHERE at <= ?1 LIMIT ?2)",
        params![now - UNDECIDED, limit],
    )
}

/// The locks with the fewest failures, and of them the oldest.
pub fn prune_lockouts(too_many: i64) -> Statement {
    statement(
        "DELETE FROM lockouts WHERE (counter, subject) IN (
             SELECT counter, subject FROM lockouts ORDER BY failures, failed_at LIMIT ?1)",
        params![too_many],
    )
}

/// Suspicions that were told too long ago to matter.
pub fn prune_old_suspicions(now: Time, limit: u32) -> Statement {
    statement(
        "DELETE FROM suspicions WHERE (reason, subject) IN (
             SELECT reason, subject FROM suspicions WHERE at < ?1 ORDER BY at LIMIT ?2)",
        params![now - LONGEST, limit],
    )
}

/// The suspicions that were told first.
pub fn prune_suspicions(too_many: i64) -> Statement {
    statement(
        "DELETE FROM suspicions WHERE (reason, subject) IN (
             SELECT reason, subject FROM suspicions ORDER BY at LIMIT ?1)",
        params![too_many],
    )
}

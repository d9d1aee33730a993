//! The only SQL of what is counted.

use super::{Counter, Reservation, Suspicion, limit::WINDOW, lock::LONGEST};
use crate::{
    error::Error,
    params,
    storage::{self, Statement, expecting_one, statement},
    time::{Span, Time},
};

/// Reserves an attempt, unless there is a lock.
pub fn reserve_unlocked(counter: &Counter, attempt: &Reservation) -> Statement {
    expecting_one(
        "INSERT INTO attempts (counter, subject, at, nonce) SELECT ?1, ?2, ?3, ?4
         WHERE NOT EXISTS (SELECT 1 FROM lockouts WHERE counter = ?1 AND subject = ?2 AND locked_until > ?3)",
        params![counter.name, counter.subject, attempt.at, attempt.nonce],
    )
}

/// Reserves an attempt, unless there were as many within the window.
pub fn reserve(counter: &Counter, attempt: &Reservation, most: u32, window: Span) -> Statement {
    expecting_one(
        "INSERT INTO attempts (counter, subject, at, nonce) SELECT ?1, ?2, ?3, ?4
         WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE counter = ?1 AND subject = ?2 AND at > ?5
             ORDER BY at DESC LIMIT 1 OFFSET ?6)",
        params![
            counter.name,
            counter.subject,
            attempt.at,
            attempt.nonce,
            attempt.at - window,
            i64::from(most) - 1,
        ],
    )
}

/// Sets a lock where the attempts within the window have become too many: twice as long as the one before it.
pub fn set_lock(counter: &Counter, now: Time, failures: u32, lock: Span) -> Statement {
    statement(
        "INSERT INTO lockouts (counter, subject, locked_until, times) SELECT ?1, ?2, ?3 + ?5, 1
         WHERE (SELECT count(*) FROM attempts WHERE counter = ?1 AND subject = ?2 AND at > ?4) >= ?6
         ON CONFLICT (counter, subject) DO UPDATE SET
             locked_until = CASE
                 WHEN lockouts.locked_until <= ?3 - ?7 THEN ?3 + ?5
                 WHEN (?5 << lockouts.times) >= ?7 THEN ?3 + ?7
                 ELSE ?3 + (?5 << lockouts.times) END,
             times = CASE
                 WHEN lockouts.locked_until <= ?3 - ?7 THEN 1
                 WHEN lockouts.times >= 16 THEN 16
                 ELSE lockouts.times + 1 END",
        params![counter.name, counter.subject, now.0, now.0 - WINDOW.0, lock.0, failures, LONGEST.0],
    )
}

/// Lifts a lock that attempts which were taken back had set.
pub fn lift_lock(counter: &Counter, now: Time, failures: u32) -> Statement {
    statement(
        "UPDATE lockouts SET locked_until = ?3, times = times - 1
         WHERE counter = ?1 AND subject = ?2 AND locked_until > ?3
             AND (SELECT count(*) FROM attempts WHERE counter = ?1 AND subject = ?2 AND at > ?4) < ?5",
        params![counter.name, counter.subject, now, now - WINDOW, failures],
    )
}

/// Forgets a lock that was never one: the first, lifted. A device is not to be distrusted for it.
pub fn forget_lifted(counter: &Counter) -> Statement {
    statement(
        "DELETE FROM lockouts WHERE counter = ?1 AND subject = ?2 AND times = 0",
        params![counter.name, counter.subject],
    )
}

/// Until when a counter is locked, and the how manieth time in a row; none where it never was, or long ago.
pub async fn lock(counter: &Counter) -> Result<Option<(Time, i64)>, Error> {
    let sql = "SELECT locked_until, times FROM lockouts WHERE counter = ?1 AND subject = ?2";
    storage::query_one(sql, params![counter.name, counter.subject], |row| Ok((row.take()?, row.take()?)))
        .await
}

/// When the oldest of the newest `most` attempts was.
pub async fn oldest_of(counter: &Counter, most: u32) -> Result<Option<Time>, Error> {
    let sql =
        "SELECT at FROM attempts WHERE counter = ?1 AND subject = ?2 ORDER BY at DESC LIMIT 1 OFFSET ?3";
    storage::query_one(sql, params![counter.name, counter.subject, i64::from(most) - 1], |row| row.take())
        .await
}

/// Takes one attempt back.
pub fn take_back(counter: &Counter, attempt: &Reservation) -> Statement {
    statement(
        "DELETE FROM attempts WHERE counter = ?1 AND subject = ?2 AND at = ?3 AND nonce = ?4",
        params![counter.name, counter.subject, attempt.at, attempt.nonce],
    )
}

/// Forgets every attempt, and the lock.
pub fn forget(counter: &Counter) -> [Statement; 2] {
    [
        statement(
            "DELETE FROM attempts WHERE counter = ?1 AND subject = ?2",
            params![counter.name, counter.subject],
        ),
        statement(
            "DELETE FROM lockouts WHERE counter = ?1 AND subject = ?2",
            params![counter.name, counter.subject],
        ),
    ]
}

/// Lifts a lock, and forgets the attempts that led to it.
pub fn unlock(counter: &Counter, now: Time) -> [Statement; 2] {
    let params = || params![counter.name, counter.subject, now];
    [
        statement(
            "DELETE FROM attempts WHERE counter = ?1 AND subject = ?2 AND EXISTS (
                 SELECT 1 FROM lockouts WHERE counter = ?1 AND subject = ?2 AND locked_until > ?3)",
            params(),
        ),
        statement("DELETE FROM lockouts WHERE counter = ?1 AND subject = ?2 AND locked_until > ?3", params()),
    ]
}

/// What holds while one of two counters is locked, and its values.
pub fn one_is_locked([one, other]: &[Counter; 2], now: Time) -> (&'static str, Vec<storage::Value>) {
    let condition = "EXISTS (SELECT 1 FROM lockouts WHERE locked_until > $1
        AND (counter = $2 AND subject = $3 OR counter = $4 AND subject = $5))";
    (condition, params![now, one.name, one.subject, other.name, other.subject])
}

/// Whether a reason (`$1`) about a subject (`$2`) was not told since a time (`$3`), and a counter (`$4`, `$5`) has since another
/// (`$6`) more attempts than so many (`$7`).
pub const SUSPICIOUS: &str =
    "NOT EXISTS (SELECT 1 FROM suspicions WHERE reason = $1 AND subject = $2 AND at > $3)
    AND (SELECT count(*) FROM attempts WHERE counter = $4 AND subject = $5 AND at > $6) > $7";

/// Notes that a reason was told now, where [`SUSPICIOUS`] holds.
pub fn note_told(mut values: Vec<storage::Value>, now: Time) -> Statement {
    values.push(now.into());
    let sql = format!(
        "INSERT INTO suspicions (reason, subject, at) SELECT ?1, ?2, ?8 WHERE {}
         ON CONFLICT (reason, subject) DO UPDATE SET at = excluded.at",
        SUSPICIOUS.replace('$', "?")
    );
    statement(&sql, values)
}

/// Removes what nothing looks at any more: at most `limit` rows of each table. Attempts, which come by the thousand where somebody
/// hammers at the service, are looked at for an hour.
#[must_use]
pub fn prune(now: Time, limit: u32) -> [(&'static str, Statement); 3] {
    let old = now - LONGEST;
    [
        (
            "attempts",
            statement(
                "DELETE FROM attempts WHERE (counter, subject, at, nonce) IN (
                     SELECT counter, subject, at, nonce FROM attempts WHERE at < ?1 ORDER BY at LIMIT ?2)",
                params![now - Suspicion::WINDOW, limit],
            ),
        ),
        (
            "lockouts",
            statement(
                "DELETE FROM lockouts WHERE (counter, subject) IN (
                     SELECT counter, subject FROM lockouts WHERE locked_until < ?1 ORDER BY locked_until LIMIT ?2)",
                params![old, limit],
            ),
        ),
        (
            "suspicions",
            statement(
                "DELETE FROM suspicions WHERE (reason, subject) IN (
                     SELECT reason, subject FROM suspicions WHERE at < ?1 ORDER BY at LIMIT ?2)",
                params![old, limit],
            ),
        ),
    ]
}

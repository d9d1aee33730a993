//! The only SQL of what is counted. Each statement reads and writes a bounded number of rows, however much strangers do.

mod prune;

pub use prune::*;

use super::{
    counter::{Counter, CounterKind, Limit},
    reservation::Reservation,
    sign::Sign,
    standing::{Bounds, LONGEST, Locked, SUSPICION_WINDOW, Standing, Tally, UNDECIDED, Used, WINDOW},
};
use crate::{
    error::Failure,
    params,
    storage::{self, Columns, Condition, Statement, Value, countable, expecting_one, statement},
    time::{SKEW, Span, Time},
};

/// How long one row of `attempts` counts. So a counter has at most one row for each minute of the longest window.
const GATHERED: Span = Span::minutes(1);

/// How many rows a counter may have in all, of every subject: past it the oldest go. A failed sign-in costs whoever causes it a hash;
/// a refused token costs nothing, so that few of them must not take up what many have room for.
const MOST: i64 = 1_000_000;
const MOST_OF_TOKENS: i64 = 100_000;

/// The last position that is given. Larger ones were written by somebody else, and push nothing out.
const LAST: i64 = 1 << 40;

const fn most(counter: CounterKind) -> i64 {
    if counter.is_cheap() { MOST_OF_TOKENS } else { MOST }
}

/// SQL: how many attempts of a counter are in a window. The arguments are numbers of parameters: counter, subject, beginning, end.
/// One row has the attempts of a minute, from the first (`since`) to the last (`until`).
fn recent([counter, subject, from, to]: [usize; 4]) -> String {
    format!(
        "(SELECT CAST(coalesce(sum({}), 0) AS bigint) FROM attempts WHERE counter = ?{counter} AND subject = ?{subject}
             AND since > CAST(?{from} AS bigint) - {} AND since <= ?{to} AND until > ?{from})",
        countable("count"),
        GATHERED.0
    )
}

/// SQL: how many reservations of a counter are undecided. The arguments are those of [`recent`].
fn undecided([counter, subject, from, to]: [usize; 4]) -> String {
    format!(
        "(SELECT count(*) FROM reservations WHERE counter = ?{counter} AND subject = ?{subject} AND at > ?{from} AND at <= ?{to})"
    )
}

/// Reads the standing of a counter that locks, and what is used of `limits`, in one query.
pub async fn standing(lock: &Counter, limits: &[Limit], now: Time) -> Result<(Standing, Vec<Used>), Failure> {
    let mut params = params![now - WINDOW, now - UNDECIDED, now + SKEW, lock.kind, lock.subject];
    let mut columns = vec![recent([4, 5, 1, 3]), undecided([4, 5, 2, 3])];
    columns.extend(columns_of(limits, &mut params));
    let sql = format!(
        "SELECT coalesce({}, 0), coalesce(l.locked_until, 0), coalesce(l.times, 0), {}
         FROM (SELECT 1) AS one LEFT JOIN lockouts l ON l.counter = ?4 AND l.subject = ?5",
        countable("l.failures"),
        columns.join(", ")
    );
    let read = |row: &mut Columns| {
        let (consecutive, locked_until, times) = (row.take()?, row.take()?, row.take()?);
        let (recent, undecided) = (row.take()?, row.take()?);
        let standing = Standing { recent, consecutive, undecided, locked_until, times };
        Ok((standing, used_in(row, limits)?))
    };
    Ok(storage::query_one(&sql, params, read).await?.unwrap_or_default())
}

/// How limits stand, by one look.
pub async fn used(limits: &[Limit], now: Time) -> Result<Vec<Used>, Failure> {
    let mut params = params![now - WINDOW, now - UNDECIDED, now + SKEW];
    let columns = columns_of(limits, &mut params);
    let sql = format!("SELECT {}", columns.join(", "));
    Ok(storage::query_one(&sql, params, |row| used_in(row, limits)).await?.unwrap_or_default())
}

/// Two columns for each limit; adds its counter and subject to `params`. These begin with: the start of the window (1), the start
/// for reservations (2), the end of both (3).
fn columns_of(limits: &[Limit], params: &mut Vec<Value>) -> Vec<String> {
    let columns = limits.iter().flat_map(|limit| {
        params.extend(params![limit.counter.kind, limit.counter.subject]);
        let (counter, subject) = (params.len().saturating_sub(1), params.len());
        [recent([counter, subject, 1, 3]), undecided([counter, subject, 2, 3])]
    });
    columns.collect()
}

fn used_in(row: &mut Columns, limits: &[Limit]) -> Result<Vec<Used>, Failure> {
    limits.iter().map(|_| Ok(Used { recent: row.take()?, undecided: row.take()? })).collect()
}

/// How many a counter counted within an hour.
pub async fn count_of_hour(counter: &Counter, now: Time) -> Result<i64, Failure> {
    let sql = format!("SELECT {}", recent([1, 2, 3, 4]));
    let params = params![counter.kind, counter.subject, now - SUSPICION_WINDOW, now + SKEW];
    Ok(storage::query_one(&sql, params, |row| row.take()).await?.unwrap_or(0))
}

/// What a counter counted within the window, in the order of time.
pub async fn tallies(counter: &Counter, now: Time) -> Result<Vec<Tally>, Failure> {
    let sql = format!(
        "SELECT until, {} FROM attempts WHERE counter = ?1 AND subject = ?2
             AND since > ?3 AND since <= ?4 AND until > ?5 ORDER BY since",
        countable("count")
    );
    let from = now - WINDOW;
    let params = params![counter.kind, counter.subject, from - GATHERED, now + SKEW, from];
    storage::query(&sql, params, |row| Ok(Tally { until: row.take()?, count: row.take()? })).await
}

/// Takes a place, unless there is a lock, or others have taken what is left. As [`Standing::admit`] has it.
pub fn reserve_unlocked(counter: &Counter, attempt: &Reservation, bounds: &Bounds) -> Statement {
    let (recent, undecided) = (recent([1, 2, 5, 7]), undecided([1, 2, 6, 7]));
    expecting_one(
        &format!(
            "INSERT INTO reservations (counter, subject, at, nonce) SELECT ?1, ?2, ?3, ?4
             WHERE NOT EXISTS (SELECT 1 FROM lockouts WHERE counter = ?1 AND subject = ?2
                 AND locked_until > ?3 AND locked_until <= ?10)
             AND coalesce((SELECT {} FROM lockouts WHERE counter = ?1 AND subject = ?2), 0) + {undecided} < ?9
             AND ({undecided} = 0 OR {undecided} + {recent} < ?8)",
            countable("failures")
        ),
        params![
            counter.kind,
            counter.subject,
            attempt.at,
            attempt.nonce,
            attempt.at - WINDOW,
            attempt.at - UNDECIDED,
            attempt.at + SKEW,
            bounds.failures,
            bounds.cumulative,
            attempt.at + SKEW + LONGEST,
        ],
    )
}

/// Takes a place, unless a limit leaves none; nothing where there is no limit.
pub fn reserve(limit: &Limit, attempt: &Reservation) -> Option<Statement> {
    let (recent, undecided) = (recent([1, 2, 5, 7]), undecided([1, 2, 6, 7]));
    let counter = &limit.counter;
    Some(expecting_one(
        &format!(
            "INSERT INTO reservations (counter, subject, at, nonce) SELECT ?1, ?2, ?3, ?4
             WHERE {recent} + {undecided} < ?8"
        ),
        params![
            counter.kind,
            counter.subject,
            attempt.at,
            attempt.nonce,
            attempt.at - WINDOW,
            attempt.at - UNDECIDED,
            attempt.at + SKEW,
            limit.most?,
        ],
    ))
}

/// Leaves every place of an attempt.
pub fn leave(attempt: &Reservation) -> Statement {
    statement("DELETE FROM reservations WHERE nonce = ?1", params![attempt.nonce])
}

/// Counts one, and makes room.
pub fn count(counter: &Counter, now: Time) -> [Statement; 2] {
    let Statement { sql, params, .. } = count_where(counter, now, "1 = 1", Vec::new());
    [Statement { sql, params, expect: None }, make_room(counter, now)]
}

/// The same, unless a limit is reached.
pub fn count_below(limit: &Limit, now: Time) -> [Statement; 2] {
    let most = i64::from(limit.most.unwrap_or(u32::MAX));
    let condition = format!("{} < ?6", recent([1, 2, 4, 5]));
    let counter = &limit.counter;
    [count_where(counter, now, &condition, params![now - WINDOW, now + SKEW, most]), make_room(counter, now)]
}

fn count_where(counter: &Counter, now: Time, condition: &str, more: Vec<Value>) -> Statement {
    let mut params = params![counter.kind, counter.subject, now];
    params.extend(more);
    let sql = format!(
        "INSERT INTO attempts (counter, subject, since, until, count, position)
         SELECT ?1, ?2, coalesce((SELECT max(since) FROM attempts
                 WHERE counter = ?1 AND subject = ?2 AND since > CAST(?3 AS bigint) - {} AND since <= ?3), ?3), ?3, 1,
             coalesce((SELECT position + 1 FROM attempts WHERE counter = ?1 AND position < {LAST} ORDER BY position DESC LIMIT 1), 1)
         WHERE {condition}
         ON CONFLICT (counter, subject, since) DO UPDATE SET count = {} + 1, until = excluded.until",
        GATHERED.0,
        countable("attempts.count")
    );
    expecting_one(&sql, params)
}

/// Removes a few of the oldest rows of a kind of counter: those that no window needs, or that are beyond the bound. It can remove more
/// rows than are added, so the table stays bounded. Rows from the future stay: perhaps this call's clock is late.
fn make_room(counter: &Counter, now: Time) -> Statement {
    let sql = format!(
        "DELETE FROM attempts WHERE counter = ?1
             AND position < (SELECT min(position) FROM attempts WHERE counter = ?1) + 4
             AND (until < ?3 OR position <=
                 (SELECT max(position) FROM attempts WHERE counter = ?1 AND position <= {LAST}) - CAST(?2 AS bigint))"
    );
    statement(&sql, params![counter.kind, most(counter.kind), now - SUSPICION_WINDOW])
}

/// Notes one more failure without a success.
pub fn note_failure(counter: &Counter, now: Time) -> Statement {
    let sql = format!(
        "INSERT INTO lockouts (counter, subject, failures, failed_at, locked_until, times) VALUES (?1, ?2, 1, ?3, 0, 0)
         ON CONFLICT (counter, subject) DO UPDATE SET failures = {} + 1, failed_at = excluded.failed_at",
        countable("lockouts.failures")
    );
    statement(&sql, params![counter.kind, counter.subject, now])
}

/// Sets a lock where the failures within the window have become too many, and there is none.
pub fn set_lock(
    counter: &Counter,
    lock: &Locked,
    attempt: &Reservation,
    bounds: &Bounds,
    now: Time,
) -> Statement {
    statement(
        &format!(
            "UPDATE lockouts SET locked_until = ?3, times = ?4, locked_by = ?5 WHERE counter = ?1 AND subject = ?2
                 AND NOT (locked_until > ?6 AND locked_until <= ?10) AND {} >= ?9",
            recent([1, 2, 7, 8])
        ),
        params![
            counter.kind,
            counter.subject,
            lock.until,
            lock.times,
            attempt.nonce,
            now,
            now - WINDOW,
            now + SKEW,
            bounds.failures,
            now + SKEW + LONGEST,
        ],
    )
}

/// What holds where this attempt has set the lock.
pub fn was_locked_by(counter: &Counter, attempt: &Reservation) -> Condition {
    let sql = "EXISTS (SELECT 1 FROM lockouts WHERE counter = $1 AND subject = $2 AND locked_by = $3)";
    Condition::new(sql, params![counter.kind, counter.subject, attempt.nonce])
}

/// What holds once a counter has exactly so many failures without a success.
pub fn has_failed_exactly(counter: &Counter, times: i64) -> Condition {
    let sql = "EXISTS (SELECT 1 FROM lockouts WHERE counter = $1 AND subject = $2 AND failures = $3)";
    Condition::new(sql, params![counter.kind, counter.subject, times])
}

/// Forgets every failure, and the lock. Attempts that are still to be decided keep their places.
pub fn forget(counter: &Counter) -> [Statement; 2] {
    [
        statement(
            "DELETE FROM attempts WHERE counter = ?1 AND subject = ?2",
            params![counter.kind, counter.subject],
        ),
        statement(
            "DELETE FROM lockouts WHERE counter = ?1 AND subject = ?2",
            params![counter.kind, counter.subject],
        ),
    ]
}

/// Forgets how many failures there were since the last success.
pub fn forget_failures(counter: &Counter) -> Statement {
    statement(
        "UPDATE lockouts SET failures = 0 WHERE counter = ?1 AND subject = ?2",
        params![counter.kind, counter.subject],
    )
}

/// What holds while a counter lets nothing in: the end of a lock is still to come, or there were too many failures in all.
pub fn is_locked(counter: &Counter, cumulative: i64, now: Time) -> Condition {
    let sql = "EXISTS (SELECT 1 FROM lockouts WHERE counter = $1 AND subject = $2
             AND (locked_until > $3 AND locked_until <= $4 OR failures >= $5))";
    Condition::new(sql, params![counter.kind, counter.subject, now, now + LONGEST + SKEW, cumulative])
}

/// Lifts a lock, and forgets the attempts that led to it.
pub fn unlock(counter: &Counter, cumulative: i64, now: Time) -> [Statement; 2] {
    let is_locked = is_locked(counter, cumulative, now);
    let mut params = params![counter.kind, counter.subject];
    let locked = is_locked.bind(&mut params);
    ["attempts", "lockouts"].map(|table| {
        let sql = format!("DELETE FROM {table} WHERE counter = ?1 AND subject = ?2 AND {locked}");
        statement(&sql, params.clone())
    })
}

/// The condition that a suspicion was not reported since `not_since` and, if `attempts` is set, that its counter has more attempts
/// than that.
pub fn is_suspicious(sign: &Sign) -> Condition {
    let Sign { reason, subject, not_since, now, attempts } = sign;
    let told =
        "NOT EXISTS (SELECT 1 FROM suspicions WHERE reason = $1 AND subject = $2 AND at > $3 AND at <= $4)";
    let mut values = params![*reason, *subject, *not_since, *now + SKEW];
    let Some((counter, since, most)) = attempts else { return Condition::new(told, values) };
    values.extend(params![counter.kind, counter.subject, *since, *most, *since - GATHERED]);
    let many = format!(
        "(SELECT CAST(coalesce(sum({}), 0) AS bigint) FROM attempts WHERE counter = $5 AND subject = $6
             AND since > $9 AND since <= $4 AND until > $7) > $8",
        countable("count")
    );
    Condition::new(format!("{told} AND {many}"), values)
}

/// Notes that a suspicion was told now, where it is one.
pub fn note_reported(sign: &Sign) -> Statement {
    note_reported_if(sign, &Condition::ALWAYS)
}

/// The same, where a condition holds too.
pub fn note_reported_if(sign: &Sign, condition: &Condition) -> Statement {
    let mut params = params![sign.reason, sign.subject, sign.now];
    let is_suspicious = is_suspicious(sign).bind(&mut params);
    let condition = condition.bind(&mut params);
    let sql = format!(
        "INSERT INTO suspicions (reason, subject, at) SELECT ?1, ?2, ?3 WHERE {is_suspicious} AND {condition}
         ON CONFLICT (reason, subject) DO UPDATE SET at = excluded.at"
    );
    statement(&sql, params)
}

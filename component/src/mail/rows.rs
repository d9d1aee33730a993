//! The only SQL that reads and delivers mails.

use crate::{
    error::Failure,
    params,
    secrets::Sealed,
    storage::{self, Columns, LossyUtf8, Statement, blob_of, bytes_of, countable, statement},
    time::{SKEW, Span, Time},
};

/// How long a mail is tried.
pub const LIFETIME: Span = Span::hours(24);

/// How long whoever takes a mail has it: longer than an attempt to hand it over may take.
const LEASE: Span = Span::minutes(1);

/// The most that is read of a content, in bytes, and of a word.
const CONTENT: usize = 16 << 10;
const WORD: usize = 200;

/// The most rows that are listed.
const LISTED: u32 = 1000;

/// The most rows of a state that are counted.
const COUNTED: u32 = 20_000;

/// How long it is told that a mail failed.
const KEPT: Span = Span::days(7);

/// A mail that was taken.
pub struct Waiting {
    pub id: String,
    pub kind: String,
    pub content: Sealed,
    pub created_at: Time,
    pub attempts: u32,
}

/// A row as it is listed.
pub struct Listed {
    pub waiting: Waiting,
    pub has_failed: bool,
    pub due_at: Time,
    pub reason: Option<String>,
}

/// SQL: what holds for a row that is due. The arguments are numbers of parameters: now, and the latest that a row can be due. One that
/// is due later than that was written by a clock that has been put back since.
fn is_due(now: usize, latest: usize) -> String {
    format!("state = 'waiting' AND (due_at <= ?{now} OR due_at > ?{latest})")
}

fn latest(now: Time) -> Time {
    now + LIFETIME + SKEW
}

/// Whether any mail is due.
pub async fn is_any_due(now: Time) -> Result<bool, Failure> {
    let sql = format!("SELECT 1 FROM outbox WHERE {} LIMIT 1", is_due(1, 2));
    Ok(storage::query_one(&sql, params![now, latest(now)], |row| row.take::<i64>()).await?.is_some())
}

/// Takes mails that are due, those first that were tried least often.
pub fn take(holder: &[u8; 16], most: u32, now: Time) -> Statement {
    let sql = format!(
        "UPDATE outbox SET holder = ?3, due_at = ?4
         WHERE id IN (SELECT id FROM outbox WHERE {} ORDER BY attempts, due_at LIMIT ?5)",
        is_due(1, 2)
    );
    statement(&sql, params![now, latest(now), *holder, now + LEASE, most])
}

/// The mails that were taken so.
pub async fn held(holder: &[u8; 16]) -> Result<Vec<Waiting>, Failure> {
    let sql = format!("SELECT {} FROM outbox WHERE holder = ?1", columns());
    storage::query(&sql, params![*holder], waiting).await
}

fn columns() -> String {
    format!(
        "{}, {}, secret_version, {}, created_at, {}",
        bytes_of("id", WORD),
        bytes_of("kind", WORD),
        blob_of("content", CONTENT),
        countable("attempts")
    )
}

fn waiting(row: &mut Columns) -> Result<Waiting, Failure> {
    let (LossyUtf8(id), LossyUtf8(kind)) = (row.take()?, row.take()?);
    let (version, content) = (row.take::<i64>()?, row.take::<Option<Vec<u8>>>()?);
    let (created_at, attempts) = (row.take()?, row.take::<i64>()?);
    Ok(Waiting {
        id,
        kind,
        content: Sealed::stored(version.try_into().unwrap_or(0), content.unwrap_or_default()),
        created_at,
        attempts: attempts.try_into().unwrap_or(u32::MAX),
    })
}

/// Removes a mail that was delivered, and its content with it, unless somebody else has taken it meanwhile.
pub fn remove(mail: &Waiting, holder: &[u8; 16]) -> Statement {
    statement("DELETE FROM outbox WHERE id = ?1 AND holder = ?2", params![mail.id.as_str(), *holder])
}

/// Puts a mail off.
pub fn put_off(mail: &Waiting, holder: &[u8; 16], due_at: Time, reason: &str) -> Statement {
    statement(
        "UPDATE outbox SET holder = NULL, due_at = ?3, attempts = attempts + 1, reason = ?4 WHERE id = ?1 AND holder = ?2",
        params![mail.id.as_str(), *holder, due_at, reason],
    )
}

/// Gives a mail up. Its content stays for as long as the mail could be tried again by hand.
pub fn fail(mail: &Waiting, holder: &[u8; 16], reason: &str) -> Statement {
    statement(
        "UPDATE outbox SET holder = NULL, state = 'failed', attempts = attempts + 1, reason = ?3 WHERE id = ?1 AND holder = ?2",
        params![mail.id.as_str(), *holder, reason],
    )
}

/// Gives up the mails whose time is over.
pub fn fail_past(now: Time) -> Statement {
    statement(
        "UPDATE outbox SET holder = NULL, state = 'failed', reason = coalesce(reason, 'it was not delivered within 24 hours')
         WHERE state = 'waiting' AND created_at <= ?1",
        params![now - LIFETIME],
    )
}

/// Destroys the contents of mails whose time is over.
pub fn destroy_contents(now: Time) -> Statement {
    statement(
        "UPDATE outbox SET content = NULL WHERE content IS NOT NULL AND created_at <= ?1",
        params![now - LIFETIME],
    )
}

/// Removes what was told for long enough.
pub fn prune(now: Time) -> Statement {
    statement("DELETE FROM outbox WHERE state = 'failed' AND created_at <= ?1", params![now - KEPT])
}

/// How many mails wait, and how many have failed.
pub async fn count() -> Result<(i64, i64), Failure> {
    let of = |state| {
        format!(
            "(SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = '{state}' LIMIT {COUNTED}) AS {state})"
        )
    };
    let sql = format!("SELECT {}, {}", of("waiting"), of("failed"));
    let counts = storage::query_one(&sql, vec![], |row| Ok((row.take()?, row.take()?))).await?;
    Ok(counts.unwrap_or_default())
}

/// The newest mails.
pub async fn list() -> Result<Vec<Listed>, Failure> {
    let sql = format!(
        "SELECT {}, state = 'failed', due_at, {} FROM outbox ORDER BY created_at DESC, id DESC LIMIT {LISTED}",
        columns(),
        bytes_of("reason", WORD)
    );
    let listed = |row: &mut Columns| {
        let waiting = waiting(row)?;
        let (has_failed, due_at, reason) = (row.take()?, row.take()?, row.take::<Option<LossyUtf8>>()?);
        Ok(Listed { waiting, has_failed, due_at, reason: reason.map(|LossyUtf8(reason)| reason) })
    };
    storage::query(&sql, vec![], listed).await
}

/// Makes mails due, but for those that somebody has taken.
pub fn retry(id: Option<&str>, now: Time) -> Statement {
    statement(
        "UPDATE outbox SET state = 'waiting', due_at = ?1 WHERE content IS NOT NULL AND holder IS NULL AND created_at > ?2
             AND (CAST(?3 AS text) IS NULL OR id = ?3)",
        params![now, now - LIFETIME, id],
    )
}

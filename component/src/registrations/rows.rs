//! The only SQL of registrations.

use crate::{
    email::Email,
    error::Failure,
    ids::UserId,
    params,
    storage::{self, Columns, Condition, Statement, Utf8, statement},
    time::{SKEW, Span, Time},
};
use mana_auth_face::Language;

/// How many may wait for one address.
const OF_ADDRESS: u32 = 3;

/// How many rows there may be: past it the oldest go.
const MOST: i64 = 100_000;

/// The last position that is given. Larger ones were written by somebody else, and push nothing out.
const LAST: i64 = 1 << 40;

/// How long a registration waits.
const LIFETIME: Span = Span::days(1);

/// The most that is read of a hash that an import may have brought, in bytes.
const TEXT: usize = 16 << 10;

/// What somebody has registered.
pub struct Row {
    /// The id that the account will have.
    pub id: UserId,
    /// What the person wants to be called.
    pub name: String,
    /// The encoded hash of the password.
    pub password: String,
    /// The hash of the challenge cookie that the browser got, if it was one.
    pub browser_hash: Option<Vec<u8>>,
    /// The language of the browser.
    pub language: Option<Language>,
    /// Whether the address was proven since: it can't become an account any more.
    pub ended: bool,
}

/// Adds what somebody has registered, unless enough waits for the address.
pub fn insert(email: &Email, row: &Row, now: Time) -> Statement {
    let sql = format!(
        "INSERT INTO registrations (id, position, email, name, password, browser_hash, language, created_at, expires_at)
         SELECT ?1, coalesce((SELECT position + 1 FROM registrations WHERE position < {LAST} ORDER BY position DESC LIMIT 1), 1),
             ?2, ?3, ?4, ?5, ?6, ?7, ?8
         WHERE (SELECT count(*) FROM registrations WHERE email = ?2 AND expires_at > ?7 AND expires_at <= ?9) < {OF_ADDRESS}"
    );
    let params = params![
        row.id,
        email.as_str(),
        row.name.as_str(),
        row.password.as_str(),
        row.browser_hash.clone(),
        row.language.map(Language::tag),
        now,
        now + LIFETIME,
        now + LIFETIME + SKEW,
    ];
    statement(&sql, params)
}

/// What holds where a registration was written.
pub fn is_written(id: UserId) -> Condition {
    Condition::new("EXISTS (SELECT 1 FROM registrations WHERE id = $1)", params![id])
}

/// Removes a few of the oldest rows: those past their time, or beyond the bound. It can remove more rows than are added, so the table
/// stays bounded.
pub fn make_room(now: Time) -> Statement {
    let sql = format!(
        "DELETE FROM registrations WHERE position < (SELECT min(position) FROM registrations) + 4
             AND (expires_at < ?1 OR position <= (SELECT max(position) FROM registrations WHERE position <= {LAST}) - {MOST})"
    );
    statement(&sql, params![now])
}

/// Removes rows that are past their time.
#[must_use]
pub fn prune(now: Time, most: u32) -> Statement {
    statement(
        "DELETE FROM registrations WHERE id IN (SELECT id FROM registrations WHERE expires_at < ?1 ORDER BY position LIMIT ?2)",
        params![now, most],
    )
}

/// Ends all registrations of an address. The rows stay until their time, so that a sign-in with the password of any of them is answered as before.
/// Otherwise its answer would tell that the address has an account now.
#[must_use]
pub fn end_all(email: &Email) -> Statement {
    statement("UPDATE registrations SET ended = TRUE WHERE email = ?1", params![email.as_str()])
}

/// What was registered for an address within a day, newest first.
///
/// # Errors
///
/// Where storage fails.
pub async fn of_address(email: &str, now: Time) -> Result<Vec<Row>, Failure> {
    let sql = format!(
        "SELECT id, name, password, browser_hash, language, ended FROM registrations
         WHERE email = ?1 AND expires_at > ?2 AND expires_at <= ?3 ORDER BY position DESC LIMIT {OF_ADDRESS}"
    );
    storage::query(&sql, params![email, now, now + LIFETIME + SKEW], row).await
}

fn row(row: &mut Columns) -> Result<Row, Failure> {
    Ok(Row {
        id: row.take()?,
        name: row.take()?,
        password: row.take()?,
        browser_hash: row.take()?,
        language: row.take::<Option<String>>()?.and_then(|tag| Language::named(&tag)),
        ended: row.take()?,
    })
}

/// How hashes of ours begin.
pub const ARGON2ID: &str = "$argon2id$";

/// A password hash of another algorithm, of anybody.
///
/// # Errors
///
/// Where storage fails.
pub async fn imported() -> Result<Option<String>, Failure> {
    let sql = format!(
        "SELECT {} FROM accounts a WHERE substr(a.password, 1, 10) <> '{ARGON2ID}' LIMIT 1",
        storage::bytes_of("a.password", TEXT)
    );
    let found = storage::query_one(&sql, params![], |row| Ok(row.take::<Utf8>().ok()));
    Ok(found.await?.flatten().map(|Utf8(encoded)| encoded))
}

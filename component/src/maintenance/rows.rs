//! The only SQL of housekeeping itself: its lease, and the settings that the service was started with last.

use crate::{
    error::Failure,
    params,
    storage::{self, Statement, expecting_one, statement},
    time::{SKEW, Span, Time},
};
use std::collections::BTreeMap;
use uuid::Uuid;

const NAME: &str = "maintenance";

/// How many settings are read, more than there are.
const KEYS: usize = 200;

/// Takes the lease for a term, where nobody holds it. One that ends later than any given out now was taken before the clock was put
/// back, and counts as none.
pub fn take_lease(holder: Uuid, term: Span, now: Time) -> Statement {
    expecting_one(
        "INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
         WHERE leases.expires_at <= ?4 OR leases.expires_at > ?5",
        params![NAME, holder, now + term, now, now + term + SKEW],
    )
}

/// Ends the lease and notes that all was done.
pub fn finish_lease(holder: Uuid, now: Time) -> Statement {
    let sql = "UPDATE leases SET expires_at = ?3, done_at = ?4 WHERE name = ?1 AND holder = ?2";
    statement(sql, params![NAME, holder, Time(0), now])
}

/// Ends the lease.
pub fn end_lease(holder: Uuid) -> Statement {
    let sql = "UPDATE leases SET expires_at = ?3 WHERE name = ?1 AND holder = ?2";
    statement(sql, params![NAME, holder, Time(0)])
}

/// When all was last done.
pub async fn done_at() -> Result<Option<Time>, Failure> {
    storage::query_one("SELECT done_at FROM leases WHERE name = ?1", params![NAME], |row| row.take()).await
}

/// The settings of the last start, by key; of each value so many bytes at most. Read as bytes: whatever stands there, the service
/// starts.
pub async fn known_settings(most: usize) -> Result<BTreeMap<String, String>, Failure> {
    let sql = format!(
        "SELECT {}, {} FROM known_settings LIMIT {KEYS}",
        storage::bytes_of("key", most),
        storage::bytes_of("value", most)
    );
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let rows = storage::query(&sql, vec![], |row| Ok((row.take().map(text)?, row.take().map(text)?))).await?;
    Ok(rows.into_iter().collect())
}

/// Forgets them.
pub fn forget_settings() -> Statement {
    statement("DELETE FROM known_settings", vec![])
}

/// Keeps one.
pub fn keep_setting(key: &str, value: &str) -> Statement {
    statement("INSERT INTO known_settings (key, value) VALUES (?1, ?2)", params![key, value])
}

/// Writes a row that nobody reads, and fails where storage can't be written.
pub fn note_readiness(now: Time) -> Statement {
    statement(
        "INSERT INTO leases (name, holder, expires_at) VALUES (?1, '', ?2)
         ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at",
        params!["readiness", now],
    )
}

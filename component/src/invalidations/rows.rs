//! The only SQL of invalidations. Triggers write most of the rows; see the migrations.

use crate::{
    error::Error,
    params, platform,
    storage::{self, Columns, Statement, statement},
};
use mana_auth_positions::{Position, start, start_subject};

/// The newest position, the newest start, and what tells the signing keys from any others.
pub const SNAPSHOT: &str = "(SELECT max(id) FROM invalidations), \
     (SELECT subject FROM invalidations INDEXED BY invalidations_starts WHERE subject GLOB 'start:*' ORDER BY id DESC LIMIT 1), \
     (SELECT group_concat(id || ' ' || signs_from || ' ' || coalesce(revoked_at, '')) FROM (SELECT * FROM jwks ORDER BY id))";

/// Reads [`SNAPSHOT`].
pub fn read_snapshot(row: &mut Columns) -> Result<(Position, Option<String>), Error> {
    let id: Option<i64> = row.take()?;
    let newest_start: Option<String> = row.take()?;
    let as_of = Position {
        start: newest_start.as_deref().and_then(start).unwrap_or(0),
        id: id.and_then(|id| u64::try_from(id).ok()).unwrap_or(0),
    };
    Ok((as_of, row.take()?))
}

/// [`SNAPSHOT`] alone.
pub async fn snapshot<T>(read: impl FnMut(&mut Columns) -> Result<T, Error>) -> Result<Option<T>, Error> {
    storage::query_one(&format!("SELECT {SNAPSHOT}"), vec![], read).await
}

/// The start that a position follows; 0 for none.
pub async fn start_before(id: u64) -> Result<u64, Error> {
    let sql = "SELECT subject FROM invalidations INDEXED BY invalidations_starts
               WHERE subject GLOB 'start:*' AND id <= ?1 ORDER BY id DESC LIMIT 1";
    let before = storage::query_one(sql, params![id], |row| row.take::<String>()).await?;
    Ok(before.as_deref().and_then(start).unwrap_or(0))
}

/// Begins a new lineage of positions: those from before a restored backup are then recognised.
#[must_use]
pub fn begin_lineage() -> Statement {
    let subject = start_subject(u64::from_be_bytes(platform::random()));
    statement("INSERT INTO invalidations (subject) VALUES (?1)", params![subject])
}

/// Removes at most `limit` of the oldest rows, but the newest `kept`, every start, and what became of the signing keys.
#[must_use]
pub fn prune(kept: i64, limit: i64) -> Statement {
    statement(
        "DELETE FROM invalidations WHERE id IN (
             SELECT id FROM invalidations
             WHERE id < (SELECT max(id) FROM invalidations) - ?1 AND subject NOT LIKE 'start:%' AND subject <> 'keys'
             ORDER BY id LIMIT ?2)",
        params![kept, limit],
    )
}

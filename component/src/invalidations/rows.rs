//! The only SQL of invalidations. Triggers write most of the rows; see the migrations.

use crate::{
    error::Failure,
    params, platform,
    storage::{self, Columns, Statement, statement},
};
use mana_auth_positions::{Position, nonce, start};

/// Columns: the newest position, the newest start, and a text that differs whenever the signing keys do.
pub const SNAPSHOT: &str = "(SELECT last FROM positions), \
     (SELECT nonce FROM lineages ORDER BY position DESC LIMIT 1), \
     (SELECT string_agg(id || ' ' || signs_from || ' ' || coalesce(CAST(revoked_at AS text), ''), ',' ORDER BY id) FROM jwks)";

/// Reads [`SNAPSHOT`].
pub fn read_snapshot(row: &mut Columns) -> Result<(Position, Option<String>), Failure> {
    let id: Option<i64> = row.take()?;
    let newest_start: Option<String> = row.take()?;
    let as_of = Position {
        start: newest_start.as_deref().map_or(0, start),
        id: id.and_then(|id| u64::try_from(id).ok()).unwrap_or(0),
    };
    Ok((as_of, row.take()?))
}

/// [`SNAPSHOT`] alone.
pub async fn snapshot<T>(read: impl FnMut(&mut Columns) -> Result<T, Failure>) -> Result<Option<T>, Failure> {
    storage::query_one(&format!("SELECT {SNAPSHOT}"), vec![], read).await
}

/// The start that a position follows; 0 for none.
pub async fn start_before(id: u64) -> Result<u64, Failure> {
    let sql = "SELECT nonce FROM lineages WHERE position <= ?1 ORDER BY position DESC LIMIT 1";
    let before = storage::query_one(sql, params![id], |row| row.take::<String>()).await?;
    Ok(before.as_deref().map_or(0, start))
}

/// Begins a new lineage of positions: those from before a restored backup are then recognised.
#[must_use]
pub fn begin_lineage() -> Statement {
    let nonce = nonce(u64::from_be_bytes(platform::random()));
    statement("INSERT INTO starts (nonce) VALUES (?1)", params![nonce])
}

/// Removes at most `limit` of the oldest rows. Keeps the newest `kept`, and all rows about the signing keys.
#[must_use]
pub fn prune(kept: i64, limit: i64) -> Statement {
    statement(
        "DELETE FROM invalidations WHERE id IN (
             SELECT id FROM invalidations WHERE id < (SELECT last FROM positions) - CAST(?1 AS bigint) AND subject <> 'keys'
             ORDER BY id LIMIT ?2)",
        params![kept, limit],
    )
}

/// Removes starts but the newest `kept`. Positions from before them are of no known history.
#[must_use]
pub fn prune_starts(kept: i64) -> Statement {
    statement(
        "DELETE FROM starts WHERE position < (SELECT position FROM starts ORDER BY position DESC LIMIT 1 OFFSET ?1)",
        params![kept],
    )
}

//! The only SQL of the tree. Whoever writes rows decides what they hold: nothing read here is believed, and nothing that a row
//! holds makes a query fail. Texts are read as bytes and cut, since SQLite stores what is no UTF-8 as well, and of any length.

mod events;
mod notes;

pub use events::*;
pub use notes::*;

use crate::{
    error::{Bug, Failure},
    params,
    secrets::WrappedKey,
    storage::{self, Columns, Statement, expecting_one, statement},
    time::Time,
};
use mana_auth_audit::{Frontier, Hash, KeyName, Tile, stored_text};

/// The longest note that is looked at, and the longest name of a log.
const NOTE: usize = 8 << 10;
/// More bytes than the roots of any tree are.
pub const FRONTIER: usize = 65 * size_of::<Hash>();

/// The tree head: what a checkpoint signs, and the newest checkpoint.
pub struct Head {
    /// The name that checkpoints of this tree bear.
    pub origin: KeyName,
    /// Size and root, as the roots of the perfect subtrees.
    pub frontier: Frontier,
    /// The checkpoint of this size, a signed note, read in the same statement. None before the first.
    pub checkpoint: Option<String>,
}

/// A key that signs checkpoints.
#[derive(Clone)]
pub struct CheckpointKey {
    /// Rises with every key.
    pub id: i64,
    pub public: [u8; 32],
    /// The private part. Its context is the public part.
    pub private: WrappedKey,
}

/// The tree head. None before the audit log was begun.
pub async fn head() -> Result<Option<Head>, Failure> {
    let sql = format!(
        "SELECT {}, t.size, {}, (SELECT {} FROM audit_seals WHERE size = t.size) FROM audit_tree t WHERE t.id = 1",
        storage::bytes_of("t.origin", NOTE),
        storage::blob_of("t.frontier", FRONTIER),
        storage::bytes_of("note", NOTE)
    );
    storage::query_one(&sql, vec![], |row| {
        let altered = || Bug::AuditLog("the row of audit_tree was altered".into());
        let origin = KeyName::parse(&text(row)?).map_err(|_| altered())?;
        let (size, frontier) = (row.take().map_err(|_| altered())?, row.take::<Vec<u8>>()?);
        let frontier = Frontier::from_bytes(size, &frontier).ok_or_else(altered)?;
        Ok(Head { origin, frontier, checkpoint: row.take::<Option<Vec<u8>>>()?.map(stored_text) })
    })
    .await
}

fn text(row: &mut Columns) -> Result<String, Failure> {
    row.take().map(stored_text)
}

fn key(row: &mut Columns) -> Result<CheckpointKey, Failure> {
    let (id, public, bytes) = (row.take()?, row.take()?, row.take()?);
    Ok(CheckpointKey { id, public, private: WrappedKey::stored(row.take()?, bytes) })
}

/// Every row that can be a key, newest first, up to a thousand.
pub async fn keys() -> Result<Vec<CheckpointKey>, Failure> {
    let sql = "SELECT id, public_key, private_key, secret_version FROM audit_keys
               WHERE length(public_key) = 32 AND length(private_key) <= 256 AND secret_version BETWEEN 0 AND 4294967295
               ORDER BY id DESC LIMIT 1000";
    storage::query(sql, vec![], key).await
}

/// Whether the database is older than its first event: somebody has used it, housekeeping has been at it, or a log was here. Nothing
/// vouches for any of it: it is told, and decides nothing.
pub async fn is_older_than_the_log() -> Result<bool, Failure> {
    let sql = "SELECT EXISTS (SELECT 1 FROM audit_keys) OR EXISTS (SELECT 1 FROM audit_seals)
                   OR EXISTS (SELECT 1 FROM security_events WHERE leaf IS NOT NULL)
                   OR EXISTS (SELECT 1 FROM leases WHERE done_at > 0)
                   OR EXISTS (SELECT 1 FROM users WHERE created_at < first)
                   OR EXISTS (SELECT 1 FROM jwks WHERE created_at < first)
               FROM (SELECT coalesce(min(created_at), 9223372036854775807) AS first FROM security_events) AS log";
    Ok(storage::query_one(sql, vec![], |row| row.take()).await?.unwrap_or_default())
}

pub fn insert_key(key: &CheckpointKey, now: Time) -> Statement {
    statement(
        "INSERT INTO audit_keys (public_key, private_key, secret_version, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![key.public, key.private.to_bytes(), key.private.version(), now],
    )
}

/// Puts a key wrapped anew in the place of the one that was read.
pub fn rewrap_key(key: &CheckpointKey, private: &WrappedKey) -> Statement {
    expecting_one(
        "UPDATE audit_keys SET private_key = ?3, secret_version = ?4 WHERE id = ?1 AND secret_version = ?2",
        params![key.id, key.private.version(), private.to_bytes(), private.version()],
    )
}

/// The first tree. Which key it began with is not read again: see [`super::signing`].
pub fn insert_tree(origin: &KeyName, key: &CheckpointKey) -> Statement {
    statement(
        "INSERT INTO audit_tree (id, origin, key_id, size, frontier)
         VALUES (1, ?1, (SELECT id FROM audit_keys WHERE public_key = ?2), 0, ?3)",
        params![origin.as_str(), key.public, Vec::new()],
    )
}

/// Goes on under another origin.
pub fn set_origin(from: &KeyName, to: &KeyName) -> Statement {
    expecting_one(
        "UPDATE audit_tree SET origin = ?2 WHERE id = 1 AND origin = ?1",
        params![from.as_str(), to.as_str()],
    )
}

/// The tree has grown.
pub fn grow(from: &Head, to: &Frontier) -> Statement {
    expecting_one(
        "UPDATE audit_tree SET size = ?3, frontier = ?4 WHERE id = 1 AND size = ?1 AND origin = ?2",
        params![from.frontier.size(), from.origin.as_str(), to.size(), to.to_bytes()],
    )
}

/// A tile, whoever else has written in its place.
pub fn insert_tile(tile: Tile) -> Statement {
    statement(
        "INSERT INTO audit_tiles (level, position, hash) VALUES (?1, ?2, ?3)
         ON CONFLICT (level, position) DO UPDATE SET hash = excluded.hash",
        params![tile.level, tile.position, tile.hash],
    )
}

/// A checkpoint, whoever else has written in its place.
pub fn insert_seal(size: u64, note: &str, now: Time) -> Statement {
    statement(
        "INSERT INTO audit_seals (size, note, sealed_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (size) DO UPDATE SET note = excluded.note, sealed_at = excluded.sealed_at",
        params![size, note, now],
    )
}

/// Counts events of an hour. What the row held before nobody vouches for; it must not overflow.
pub fn add_to_hour(hour: Time, kind: &str, count: i64) -> Statement {
    let sql = format!(
        "INSERT INTO audit_hours (hour, event_type, count) VALUES (?1, ?2, ?3)
         ON CONFLICT (hour, event_type) DO UPDATE SET count = {} + excluded.count",
        storage::countable("audit_hours.count")
    );
    statement(&sql, params![hour, kind, count])
}

/// Forgets counts of hours before a moment.
pub fn drop_hours_before(at: Time) -> Statement {
    statement("DELETE FROM audit_hours WHERE hour < ?1", params![at])
}

fn seal(row: &mut Columns) -> Result<(u64, String), Failure> {
    Ok((row.take()?, text(row)?))
}

/// The largest checkpoints of more leaves, at most twenty. Who puts more there than that could as well remove what they hide.
pub async fn seals_beyond(size: u64) -> Result<Vec<(u64, String)>, Failure> {
    let sql = format!(
        "SELECT size, {} FROM audit_seals WHERE size > ?1 ORDER BY size DESC LIMIT 20",
        storage::bytes_of("note", NOTE)
    );
    storage::query(&sql, params![size], seal).await
}

/// The largest checkpoints of at most so many leaves, at most twenty.
pub async fn seals_until(size: u64) -> Result<Vec<(u64, String)>, Failure> {
    let sql = format!(
        "SELECT size, {} FROM audit_seals WHERE size BETWEEN 0 AND ?1 ORDER BY size DESC LIMIT 20",
        storage::bytes_of("note", NOTE)
    );
    storage::query(&sql, params![size], seal).await
}

/// Checkpoints of more than `after` leaves, and at most `to`, smallest first.
pub async fn seals(after: u64, to: u64) -> Result<Vec<(u64, String)>, Failure> {
    let sql = format!(
        "SELECT size, {} FROM audit_seals WHERE size > ?1 AND size <= ?2 ORDER BY size",
        storage::bytes_of("note", NOTE)
    );
    storage::query(&sql, params![after, to], seal).await
}

/// The largest checkpoint of at most `size` leaves that its row says was made before a moment: its size.
pub async fn sealed_before(at: Time, size: u64) -> Result<Option<u64>, Failure> {
    let sql = "SELECT max(size) FROM audit_seals WHERE sealed_at < ?1 AND size BETWEEN 0 AND ?2";
    Ok(storage::query_one(sql, params![at, size], |row| row.take::<Option<u64>>()).await?.flatten())
}

/// Drops checkpoints of fewer leaves.
pub fn drop_seals_before(size: u64) -> Statement {
    statement("DELETE FROM audit_seals WHERE size < ?1", params![size])
}

/// The hashes of tiles in a range of positions, in order. One that is no hash is left out.
pub async fn tiles(level: u32, from: u64, to: u64) -> Result<Vec<Hash>, Failure> {
    let sql = "SELECT hash FROM audit_tiles
               WHERE level = ?1 AND position >= ?2 AND position < ?3 AND length(hash) = 32 ORDER BY position";
    storage::query(sql, params![level, from, to], |row| row.take()).await
}

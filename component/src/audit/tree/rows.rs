//! The only SQL of the tree.

use crate::{
    audit::Kind,
    error::{Bug, Error},
    params,
    storage::{self, Columns, Statement, expecting_one, statement},
    time::Time,
};
use mana_auth_audit::{Details, Frontier, Hash, KeyName, Leaf, PublicKey, Stored, Tile, VerifierKey};
use uuid::Uuid;

/// The tree so far.
pub struct Tree {
    pub origin: KeyName,
    pub frontier: Frontier,
    pub key: Key,
    /// The newest checkpoint, read at the same moment: a signed note; none before the first.
    pub checkpoint: Option<String>,
}

/// A key that signs checkpoints, and its sealed private part.
pub struct Key {
    pub id: i64,
    pub public: [u8; 32],
    pub private: Vec<u8>,
    pub secret_version: u32,
}

/// An event that is still to be sealed: what its leaf says.
pub struct Unsealed {
    pub id: Uuid,
    pub user_id: Option<String>,
    pub event_type: String,
    pub source: Option<String>,
    pub created_at: i64,
    pub details_digest: Hash,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub metadata: Option<String>,
    pub salt: Option<Vec<u8>>,
    /// Who wrote it: see [`crate::audit::mac`].
    pub mac: Vec<u8>,
}

impl Unsealed {
    /// The event at a place, under its id in text form.
    pub fn leaf<'a>(&'a self, id: &'a str, index: u64) -> Leaf<'a> {
        Leaf {
            index,
            id,
            user_id: self.user_id.as_deref(),
            event_type: &self.event_type,
            source: self.source.as_deref(),
            created_at: self.created_at,
            details: &self.details_digest,
        }
    }

    /// Whether its details are those that its digest is of.
    pub fn has_its_details(&self) -> bool {
        let details = Details {
            ip_address: self.ip_address.as_deref(),
            user_agent: self.user_agent.as_deref(),
            metadata: self.metadata.as_deref(),
        };
        let salt = self.salt.as_deref().and_then(|salt| salt.try_into().ok());
        salt.is_some_and(|salt| details.digest(salt) == self.details_digest)
    }
}

pub async fn tree() -> Result<Option<Tree>, Error> {
    let sql = "SELECT t.origin, t.size, t.frontier, k.id, k.public_key, k.private_key, k.secret_version,
                   (SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1)
               FROM audit_tree t JOIN audit_keys k ON k.id = t.key_id";
    storage::query_one(sql, vec![], |row| {
        let altered = || Bug::Trail("the row of audit_tree was altered".into());
        let origin = KeyName::parse(&row.take::<String>()?).map_err(|_| altered())?;
        let (size, frontier) = (row.take()?, row.take::<Vec<u8>>()?);
        let frontier = Frontier::from_bytes(size, &frontier).ok_or_else(altered)?;
        Ok(Tree { origin, frontier, key: key(row)?, checkpoint: row.take()? })
    })
    .await
}

fn key(row: &mut Columns) -> Result<Key, Error> {
    Ok(Key { id: row.take()?, public: row.take()?, private: row.take()?, secret_version: row.take()? })
}

/// Every key, newest first.
pub async fn keys() -> Result<Vec<Key>, Error> {
    let sql = "SELECT id, public_key, private_key, secret_version FROM audit_keys ORDER BY id DESC";
    storage::query(sql, vec![], key).await
}

pub fn insert_key(key: &Key, now: Time) -> Statement {
    statement(
        "INSERT INTO audit_keys (public_key, private_key, secret_version, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![key.public, key.private.clone(), key.secret_version, now],
    )
}

pub fn reseal_key(key: &Key, private: Vec<u8>, version: u32) -> Statement {
    expecting_one(
        "UPDATE audit_keys SET private_key = ?3, secret_version = ?4 WHERE id = ?1 AND secret_version = ?2",
        params![key.id, key.secret_version, private, version],
    )
}

/// Signs with another key from here on.
pub fn use_key(from: i64, to: i64) -> Statement {
    expecting_one("UPDATE audit_tree SET key_id = ?2 WHERE key_id = ?1", params![from, to])
}

/// Signs with the newest key from here on, whatever becomes of the one before.
pub fn use_newest_key(from: i64) -> Statement {
    expecting_one(
        "UPDATE audit_tree SET key_id = (SELECT max(id) FROM audit_keys) WHERE key_id = ?1",
        params![from],
    )
}

/// The first tree, signed with the newest key.
pub fn insert_tree(origin: &KeyName) -> Statement {
    statement(
        "INSERT INTO audit_tree (id, origin, key_id, size, frontier)
         VALUES (1, ?1, (SELECT max(id) FROM audit_keys), 0, x'')",
        params![origin.as_str()],
    )
}

/// Goes on under another origin.
pub fn set_origin(from: &KeyName, to: &KeyName) -> Statement {
    expecting_one("UPDATE audit_tree SET origin = ?2 WHERE origin = ?1", params![from.as_str(), to.as_str()])
}

/// The tree has grown.
pub fn grow(from: &Tree, to: &Frontier) -> Statement {
    expecting_one(
        "UPDATE audit_tree SET size = ?3, frontier = ?4 WHERE size = ?1 AND origin = ?2",
        params![from.frontier.size(), from.origin.as_str(), to.size(), to.to_bytes()],
    )
}

/// Events that are still to be sealed, in the order of their ids.
pub async fn unsealed(limit: u32) -> Result<Vec<Unsealed>, Error> {
    let sql = "SELECT id, user_id, event_type, source, created_at, details_digest, ip_address, user_agent, metadata, salt, mac
               FROM security_events WHERE leaf IS NULL AND mac IS NOT NULL ORDER BY id LIMIT ?1";
    storage::query(sql, params![limit], unsealed_event).await
}

fn unsealed_event(row: &mut Columns) -> Result<Unsealed, Error> {
    Ok(Unsealed {
        id: row.take()?,
        user_id: row.take()?,
        event_type: row.take()?,
        source: row.take()?,
        created_at: row.take()?,
        details_digest: row.take()?,
        ip_address: row.take()?,
        user_agent: row.take()?,
        metadata: row.take()?,
        salt: row.take()?,
        mac: row.take()?,
    })
}

/// Rows that have no place and no MAC, which the service writes none of: how many, counted up to `most`, and the ids of the first.
pub async fn foreign(most: u32, named: usize) -> Result<(usize, Vec<String>), Error> {
    let sql = "SELECT id FROM security_events WHERE leaf IS NULL AND mac IS NULL ORDER BY id LIMIT ?1";
    let mut ids: Vec<String> = storage::query(sql, params![most], |row| row.take()).await?;
    let count = ids.len();
    ids.truncate(named);
    Ok((count, ids))
}

/// The newest events of a kind that are still to be sealed; at most ten.
pub async fn unsealed_of(kind: &str) -> Result<Vec<Unsealed>, Error> {
    let sql = "SELECT id, user_id, event_type, source, created_at, details_digest, ip_address, user_agent, metadata, salt, mac
               FROM security_events WHERE event_type = ?1 AND leaf IS NULL AND mac IS NOT NULL ORDER BY id DESC LIMIT 10";
    storage::query(sql, params![kind], unsealed_event).await
}

/// How many events are still to be sealed, counted up to `most`, and when the first of them happened.
pub async fn backlog(most: u32) -> Result<(u64, Option<Time>), Error> {
    let sql =
        "SELECT count(*), (SELECT created_at FROM security_events WHERE leaf IS NULL AND mac IS NOT NULL ORDER BY id LIMIT 1)
               FROM (SELECT 1 FROM security_events WHERE leaf IS NULL AND mac IS NOT NULL LIMIT ?1)";
    let read = |row: &mut Columns| Ok((row.take()?, row.take()?));
    Ok(storage::query_one(sql, params![most], read).await?.unwrap_or_default())
}

/// Gives an event its place. It must have none.
pub fn place(id: Uuid, leaf: u64, hash: Hash) -> Statement {
    expecting_one(
        "UPDATE security_events SET leaf = ?2, leaf_hash = ?3, mac = NULL WHERE id = ?1 AND leaf IS NULL",
        params![id, leaf, hash],
    )
}

/// Passes an event over for ever: the service did not write it.
pub fn pass_over(id: Uuid) -> Statement {
    statement("UPDATE security_events SET mac = NULL WHERE id = ?1 AND leaf IS NULL", params![id])
}

pub fn insert_tile(tile: Tile) -> Statement {
    statement(
        "INSERT INTO audit_tiles (level, position, hash) VALUES (?1, ?2, ?3)",
        params![tile.level, tile.position, tile.hash],
    )
}

pub fn add_to_hour(hour: Time, kind: &str, count: i64) -> Statement {
    statement(
        "INSERT INTO audit_hours (hour, event_type, count) VALUES (?1, ?2, ?3)
         ON CONFLICT (hour, event_type) DO UPDATE SET count = audit_hours.count + excluded.count",
        params![hour, kind, count],
    )
}

/// Forgets counts of hours before a moment.
pub fn drop_hours_before(at: Time) -> Statement {
    statement("DELETE FROM audit_hours WHERE hour < ?1", params![at])
}

pub fn insert_seal(size: u64, note: &str, now: Time) -> Statement {
    statement("INSERT INTO audit_seals (size, note, sealed_at) VALUES (?1, ?2, ?3)", params![size, note, now])
}

/// The newest checkpoint: its size and note.
pub async fn newest_seal() -> Result<Option<(u64, String)>, Error> {
    let sql = "SELECT size, note FROM audit_seals ORDER BY size DESC LIMIT 1";
    storage::query_one(sql, vec![], |row| Ok((row.take()?, row.take()?))).await
}

/// The checkpoint of this size.
pub async fn seal(size: u64) -> Result<Option<String>, Error> {
    let sql = "SELECT note FROM audit_seals WHERE size = ?1";
    storage::query_one(sql, params![size], |row| row.take()).await
}

/// Checkpoints of more than `after` leaves, and at most `to`, smallest first.
pub async fn seals(after: u64, to: u64) -> Result<Vec<(u64, String)>, Error> {
    let sql = "SELECT size, note FROM audit_seals WHERE size > ?1 AND size <= ?2 ORDER BY size";
    storage::query(sql, params![after, to], |row| Ok((row.take()?, row.take()?))).await
}

/// The first checkpoint of no fewer leaves: its size and note.
pub async fn next_seal(at_least: u64) -> Result<Option<(u64, String)>, Error> {
    let sql = "SELECT size, note FROM audit_seals WHERE size >= ?1 ORDER BY size LIMIT 1";
    storage::query_one(sql, params![at_least], |row| Ok((row.take()?, row.take()?))).await
}

/// The newest checkpoint that was sealed before a moment: its size.
pub async fn sealed_before(at: Time) -> Result<Option<u64>, Error> {
    let sql = "SELECT max(size) FROM audit_seals WHERE sealed_at < ?1";
    Ok(storage::query_one(sql, params![at], |row| row.take::<Option<u64>>()).await?.flatten())
}

/// The first leaf that is still there.
pub async fn first_leaf() -> Result<Option<u64>, Error> {
    let sql = "SELECT min(leaf) FROM security_events";
    Ok(storage::query_one(sql, vec![], |row| row.take::<Option<u64>>()).await?.flatten())
}

/// Sealed events from a leaf on, in order.
pub async fn stored(from: u64, limit: u64) -> Result<Vec<Stored>, Error> {
    let sql =
        "SELECT leaf, id, user_id, event_type, source, created_at, ip_address, user_agent, metadata, salt,
                   details_digest, leaf_hash
               FROM security_events WHERE leaf >= ?1 ORDER BY leaf LIMIT ?2";
    storage::query(sql, params![from, limit], |row| {
        Ok(Stored {
            leaf: row.take()?,
            id: row.take()?,
            user_id: row.take()?,
            event_type: row.take()?,
            source: row.take()?,
            created_at: row.take()?,
            ip_address: row.take()?,
            user_agent: row.take()?,
            metadata: row.take()?,
            salt: row.take()?,
            details_digest: row.take()?,
            leaf_hash: row.take()?,
        })
    })
    .await
}

/// The hashes of leaves in a range, in order.
pub async fn leaf_hashes(from: u64, to: u64) -> Result<Vec<Hash>, Error> {
    let sql = "SELECT leaf_hash FROM security_events WHERE leaf >= ?1 AND leaf < ?2 ORDER BY leaf";
    storage::query(sql, params![from, to], |row| row.take()).await
}

/// The hashes of tiles in a range of positions, in order.
pub async fn tiles(level: u32, from: u64, to: u64) -> Result<Vec<Hash>, Error> {
    let sql = "SELECT hash FROM audit_tiles WHERE level = ?1 AND position >= ?2 AND position < ?3 ORDER BY position";
    storage::query(sql, params![level, from, to], |row| row.take()).await
}

/// Where an event was sealed; none where it was not yet.
pub async fn place_of(id: Uuid) -> Result<Option<(Option<u64>, Option<Hash>)>, Error> {
    let sql = "SELECT leaf, leaf_hash FROM security_events WHERE id = ?1";
    storage::query_one(sql, params![id], |row| Ok((row.take()?, row.take()?))).await
}

/// The place and the metadata of the newest event of a kind that was sealed.
pub async fn newest_metadata_of(kind: &str) -> Result<Option<(u64, String)>, Error> {
    let sql = "SELECT leaf, metadata FROM security_events
               WHERE event_type = ?1 AND source IS NULL AND metadata IS NOT NULL AND leaf IS NOT NULL
               ORDER BY id DESC LIMIT 1";
    storage::query_one(sql, params![kind], |row| Ok((row.take()?, row.take()?))).await
}

/// The metadata and the places of sealed events of a kind behind an id, in order: at most a hundred, of some kilobytes each.
pub async fn metadata_of(kind: &str, after: Uuid) -> Result<Vec<(Uuid, u64, String)>, Error> {
    let sql = "SELECT id, leaf, metadata FROM security_events
               WHERE event_type = ?1 AND id > ?2 AND source IS NULL AND metadata IS NOT NULL AND leaf IS NOT NULL
               ORDER BY id LIMIT 100";
    storage::query(sql, params![kind, after], |row| Ok((row.take()?, row.take()?, row.take()?))).await
}

/// The checkpoint that a name of the trail began after, as its event says; the newest such event's.
pub async fn follows(origin: &KeyName) -> Result<Option<String>, Error> {
    let sql = "SELECT json_extract(metadata, '$.follows') FROM security_events
               WHERE event_type = ?1 AND source IS NULL AND json_extract(metadata, '$.origin') = ?2
               ORDER BY id DESC LIMIT 1";
    let params = params![Kind::AuditBegun.name(), origin.as_str()];
    Ok(storage::query_one(sql, params, |row| row.take::<Option<String>>()).await?.flatten())
}

/// Whether events of a kind about a user are still to be sealed.
pub async fn waits(kind: &str, user: Uuid) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM security_events
               WHERE user_id = ?1 AND event_type || '' = ?2 AND leaf IS NULL AND mac IS NOT NULL LIMIT 1";
    Ok(storage::query_one(sql, params![user, kind], |row| row.take::<i64>()).await?.is_some())
}

/// When the newest event of a kind happened.
pub async fn last_of(kind: &str) -> Result<Option<Time>, Error> {
    let sql = "SELECT created_at FROM security_events WHERE event_type = ?1 AND source IS NULL ORDER BY id DESC LIMIT 1";
    storage::query_one(sql, params![kind], |row| row.take()).await
}

/// Sealed events about a user that still have details, those aside that tell of the trail itself.
pub async fn detailed_of_user(user: Uuid, keep: &[&str], limit: u32) -> Result<Vec<u64>, Error> {
    let sql = format!(
        "SELECT leaf FROM security_events WHERE user_id = ?1 AND leaf IS NOT NULL AND salt IS NOT NULL
             AND (source IS NOT NULL OR event_type NOT IN ({})) ORDER BY leaf LIMIT ?2",
        quoted(keep)
    );
    storage::query(&sql, params![user, limit], |row| row.take()).await
}

/// Sealed events about no known user that name an address.
pub async fn detailed_of_email(email: &str, limit: u32) -> Result<Vec<u64>, Error> {
    let sql =
        "SELECT leaf FROM security_events WHERE user_id IS NULL AND leaf IS NOT NULL AND salt IS NOT NULL
                   AND json_extract(metadata, '$.email') = ?1 ORDER BY leaf LIMIT ?2";
    storage::query(sql, params![email, limit], |row| row.take()).await
}

/// Words of our own as a list in SQL.
fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// Destroys the details of an event.
pub fn erase(leaf: u64) -> Statement {
    expecting_one(
        "UPDATE security_events SET ip_address = NULL, user_agent = NULL, metadata = NULL, salt = NULL
         WHERE leaf = ?1 AND salt IS NOT NULL",
        params![leaf],
    )
}

/// Drops events from the first on, at most `limit` of those before a leaf.
pub fn drop_before(leaf: u64, limit: u64) -> Statement {
    statement(
        "DELETE FROM security_events WHERE leaf < min(?1, (SELECT min(leaf) FROM security_events) + ?2)",
        params![leaf, limit],
    )
}

/// Drops checkpoints of fewer leaves.
pub fn drop_seals_before(size: u64) -> Statement {
    statement("DELETE FROM audit_seals WHERE size < ?1", params![size])
}

/// The public part of a key.
pub fn public(key: &Key) -> Result<PublicKey, Error> {
    PublicKey::from_bytes(&key.public).ok_or(Error::Bug(Bug::Trail("a key is no point of the curve".into())))
}

/// A key as whoever verifies knows it, under a name.
pub fn verifier(key: &Key, name: &KeyName) -> Result<VerifierKey, Error> {
    Ok(public(key)?.named(name.clone()))
}

//! The SQL of events: those that wait to be sealed, and those that were.

use crate::{
    error::{Bug, Failure},
    ids::UserId,
    params, platform,
    storage::{self, Columns, FromValue, Statement, Value, expecting_one, statement},
};
use mana_auth_audit::{Hash, Stored, stored_text};
use std::sync::LazyLock;
use uuid::Uuid;

/// The longest metadata, and the longest other text, that an event can have, in bytes; what is longer is not read, and its hash tells.
const METADATA: usize = 64 << 10;
const TEXT: usize = 4 << 10;
/// How many events fit into one answer of the database, however large they are.
const FEW: u64 = 50;

/// The columns of an event, but for its place.
static EVENT: LazyLock<String> = LazyLock::new(|| {
    let text = |column| storage::bytes_of(column, TEXT);
    let hash = |column| storage::blob_of(column, size_of::<Hash>());
    let what = ["id", "user_id", "event_type", "source"].map(text).join(", ");
    let details = ["ip_address", "user_agent"].map(text).join(", ");
    let metadata = storage::bytes_of("metadata", METADATA);
    let hashes = ["salt", "details_digest", "leaf_hash"].map(hash).join(", ");
    format!("{what}, created_at, {details}, {metadata}, {hashes}")
});

/// Whether a row that waits to be sealed has the form of those that the service writes. The others need no further look.
static WELL_FORMED: LazyLock<String> = LazyLock::new(|| {
    let bounded = ["user_id", "event_type", "source", "ip_address", "user_agent"]
        .map(|column| format!("coalesce(octet_length({column}), 0) <= {TEXT}"))
        .join(" AND ");
    format!(
        "octet_length(id) = 36 AND id LIKE '________-____-____-____-____________'
         AND length(replace(id, '-', '')) = 32 AND trim(replace(id, '-', ''), '0123456789abcdef') = '' AND length(mac) = 36 AND length(salt) = 32 AND length(details_digest) = 32
         AND {bounded} AND coalesce(octet_length(metadata), 0) <= {METADATA}"
    )
});

/// An event that is still to be sealed.
pub struct Unsealed {
    pub id: Uuid,
    pub event: Stored,
    /// Who wrote it: see [`crate::secrets::mac`].
    pub mac: Vec<u8>,
}

fn event(row: &mut Columns, leaf: u64) -> Result<Stored, Failure> {
    let text = |row: &mut Columns| Ok::<_, Failure>(row.take::<Option<Vec<u8>>>()?.map(stored_text));
    Ok(Stored {
        leaf,
        id: text(row)?.unwrap_or_default(),
        user_id: text(row)?,
        event_type: text(row)?.unwrap_or_default(),
        source: text(row)?,
        created_at: row.take()?,
        ip_address: text(row)?,
        user_agent: text(row)?,
        metadata: text(row)?,
        salt: row.take()?,
        details_digest: row.take()?,
        leaf_hash: row.take()?,
    })
}

fn sealed_event(row: &mut Columns) -> Result<Stored, Failure> {
    let leaf = row.take()?;
    event(row, leaf)
}

fn unsealed_event(row: &mut Columns) -> Result<Unsealed, Failure> {
    let mac = row.take()?;
    let event = event(row, 0)?;
    let id = Uuid::from_value(Value::Text(event.id.clone())).ok_or(Bug::Column(1))?;
    Ok(Unsealed { id, event, mac })
}

/// As many rows as `limit`, or fewer where they are more than an answer of the database holds: the last parameter of the query.
async fn page<T>(
    sql: &str,
    params: Vec<Value>,
    limit: u64,
    read: fn(&mut Columns) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    // A database in the host's own process may answer at once, for as many pages as there are.
    platform::give_way().await;
    let ask = async |limit: u64| {
        let params = params.iter().cloned().chain([limit.into()]).collect();
        storage::query(sql, params, read).await
    };
    match ask(limit).await {
        Err(Failure::Bug(Bug::Rejected(_))) if limit > FEW => ask(FEW).await,
        answer => answer,
    }
}

/// Passes over for ever some of what no event of the service's looks like, but for rows that are longer than SQLite may be allowed to
/// write. The database writes nothing else meanwhile.
pub fn pass_over_malformed() -> Statement {
    const MOST: u32 = 10_000;
    let length = [
        "id",
        "user_id",
        "event_type",
        "source",
        "ip_address",
        "user_agent",
        "metadata",
        "salt",
        "details_digest",
        "mac",
    ]
    .map(|column| format!("coalesce(octet_length({column}), 0)"))
    .join(" + ");
    let sql = format!(
        "UPDATE security_events SET mac = NULL WHERE id IN (
             SELECT id FROM security_events
             WHERE mac IS NOT NULL AND +leaf IS NULL AND ({}) IS NOT TRUE AND {length} < 1048576 LIMIT ?1)",
        *WELL_FORMED
    );
    statement(&sql, params![MOST])
}

/// Events that are still to be sealed, behind an id or from the first on, in the order of their ids.
pub async fn unsealed(after: Option<Uuid>, limit: u64) -> Result<Vec<Unsealed>, Failure> {
    let sql = format!(
        "SELECT mac, {} FROM security_events WHERE mac IS NOT NULL AND +leaf IS NULL AND id > ?1 AND {} ORDER BY id LIMIT ?2",
        *EVENT, *WELL_FORMED
    );
    // An empty text comes before every id.
    let after = after.map_or_else(String::new, |id| id.to_string());
    page(&sql, params![after], limit, unsealed_event).await
}

/// Events of a kind that are still to be sealed, before an id or from the last on, newest first.
pub async fn unsealed_of(kind: &str, before: Option<Uuid>, limit: u64) -> Result<Vec<Unsealed>, Failure> {
    let sql = format!(
        "SELECT mac, {} FROM security_events
         WHERE event_type = ?1 AND id < ?2 AND mac IS NOT NULL AND +leaf IS NULL AND {} ORDER BY id DESC LIMIT ?3",
        *EVENT, *WELL_FORMED
    );
    // This letter comes behind every id.
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    page(&sql, params![kind, before], limit, unsealed_event).await
}

/// Rows that have neither a MAC nor a place that the tree knows, or not the form of an event, of which the service writes none: how many, counted up to `most`,
/// and the ids of the first, as they are stored, and cut.
pub async fn foreign(most: u32, listed: u32) -> Result<(u64, Vec<Vec<u8>>), Failure> {
    let foreign = format!(
        "SELECT id FROM security_events WHERE leaf IS NULL AND mac IS NULL
         UNION ALL SELECT id FROM security_events WHERE mac IS NOT NULL AND +leaf IS NULL AND ({}) IS NOT TRUE
         UNION ALL SELECT id FROM security_events WHERE leaf < 0
         UNION ALL SELECT id FROM security_events WHERE leaf >= (SELECT size FROM audit_tree WHERE id = 1)",
        *WELL_FORMED
    );
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM ({foreign}) AS f LIMIT ?1) AS counted");
    let count = storage::query_one(&sql, params![most], |row| row.take()).await?.unwrap_or_default();
    let sql = format!("SELECT {} FROM ({foreign}) AS f ORDER BY 1 LIMIT ?1", storage::bytes_of("id", 36));
    Ok((count, storage::query(&sql, params![listed], |row| row.take()).await?))
}

/// Whether any row has a leaf, by its own column, which is not proven.
pub async fn claims_a_place() -> Result<bool, Failure> {
    let sql = "SELECT EXISTS (SELECT 1 FROM security_events WHERE leaf >= 0)";
    Ok(storage::query_one(sql, vec![], |row| row.take()).await?.unwrap_or_default())
}

/// How many events are still to be sealed, counted up to `most`.
pub async fn backlog(most: u32) -> Result<u64, Failure> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM security_events WHERE mac IS NOT NULL AND +leaf IS NULL AND {} LIMIT ?1) AS counted",
        *WELL_FORMED
    );
    Ok(storage::query_one(&sql, params![most], |row| row.take()).await?.unwrap_or_default())
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

/// Takes from whoever stands there the places in a range, which the tree gives to nobody, or to others.
pub fn displace(from: i64, to: i64) -> Statement {
    statement(
        "UPDATE security_events SET leaf = NULL, leaf_hash = NULL, mac = NULL WHERE leaf >= ?1 AND leaf < ?2",
        params![from, to],
    )
}

/// The first place below a leaf that a row has.
pub async fn first_place_below(leaf: u64) -> Result<Option<i64>, Failure> {
    let sql = "SELECT min(leaf) FROM security_events WHERE leaf < ?1";
    Ok(storage::query_one(sql, params![leaf], |row| row.take::<Option<i64>>()).await?.flatten())
}

/// Drops the events of a range.
pub fn drop_leaves(from: i64, to: i64) -> Statement {
    statement("DELETE FROM security_events WHERE leaf >= ?1 AND leaf < ?2", params![from, to])
}

/// Sealed events from a leaf on, in order.
pub async fn stored(from: u64, limit: u64) -> Result<Vec<Stored>, Failure> {
    let sql = format!("SELECT leaf, {} FROM security_events WHERE leaf >= ?1 ORDER BY leaf LIMIT ?2", *EVENT);
    page(&sql, params![from], limit, sealed_event).await
}

/// The event of this id, where it says that it was sealed.
pub async fn stored_as(id: Uuid) -> Result<Option<Stored>, Failure> {
    let sql = format!("SELECT leaf, {} FROM security_events WHERE id = ?1 AND leaf >= 0 LIMIT ?2", *EVENT);
    Ok(page(&sql, params![id], 1, sealed_event).await?.pop())
}

/// The hashes of leaves in a range, in order. One that is no hash is left out.
pub async fn leaf_hashes(from: u64, to: u64) -> Result<Vec<Hash>, Failure> {
    let sql = "SELECT leaf_hash FROM security_events
               WHERE leaf >= ?1 AND leaf < ?2 AND length(leaf_hash) = 32 ORDER BY leaf";
    storage::query(sql, params![from, to], |row| row.take()).await
}

/// Events of a kind of the service's own that say they were sealed before a place, newest first.
pub async fn sealed_of(kind: &str, before: u64, limit: u64) -> Result<Vec<Stored>, Failure> {
    let sql = format!(
        "SELECT leaf, {} FROM security_events
         WHERE event_type = ?1 AND source IS NULL AND leaf >= 0 AND leaf < ?2 ORDER BY +leaf DESC LIMIT ?3",
        *EVENT
    );
    page(&sql, params![kind, before], limit, sealed_event).await
}

/// Whether events of a kind about a user are still to be sealed.
pub async fn waits(kind: &str, user: UserId) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM security_events
               WHERE user_id = ?1 AND event_type || '' = ?2 AND mac IS NOT NULL AND +leaf IS NULL LIMIT 1";
    Ok(storage::query_one(sql, params![user, kind], |row| row.take::<i64>()).await?.is_some())
}

/// Events about a user that have details and say they were sealed from a leaf on, and before another.
pub async fn detailed_of_user(user: UserId, from: u64, to: u64, limit: u64) -> Result<Vec<Stored>, Failure> {
    let sql = format!(
        "SELECT leaf, {} FROM security_events
         WHERE user_id = ?1 AND leaf >= ?2 AND leaf < ?3 AND salt IS NOT NULL ORDER BY leaf LIMIT ?4",
        *EVENT
    );
    page(&sql, params![user, from, to], limit, sealed_event).await
}

/// The same about no known user that name an address.
pub async fn detailed_of_email(email: &str, from: u64, to: u64, limit: u64) -> Result<Vec<Stored>, Failure> {
    let sql = format!(
        "SELECT leaf, {} FROM security_events
         WHERE user_id IS NULL AND leaf >= ?2 AND leaf < ?3 AND salt IS NOT NULL
             AND CASE WHEN json_valid(metadata) THEN json_extract(metadata, '$.email') END = ?1
         ORDER BY leaf LIMIT ?4",
        *EVENT
    );
    page(&sql, params![email, from, to], limit, sealed_event).await
}

/// Destroys the details of an event.
pub fn erase(leaf: u64) -> Statement {
    statement(
        "UPDATE security_events SET ip_address = NULL, user_agent = NULL, metadata = NULL, salt = NULL WHERE leaf = ?1",
        params![leaf],
    )
}

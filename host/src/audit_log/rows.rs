//! Reading a copy of the database, row by row. It is opened read-only, and nothing that it says is believed.

use crate::storage::{CopyOutError, PostgresUrl, copy_out, read_only};
use mana_auth_audit::{Erased, Frontier, Hash, Prefix, PublicKey, Stored, Subtree, pruned, stored_text};
use rusqlite::{Connection, OptionalExtension as _, Row, Rows, types::ValueRef};
use std::path::Path;

/// What is read, and what tells rows apart.
const TABLES: [(&str, &str); 5] = [
    ("security_events", "leaf"),
    ("audit_tree", "id"),
    ("audit_keys", "id"),
    ("audit_seals", "size"),
    ("audit_tiles", "level, position"),
];
/// The longest metadata of events that tell of the audit log, in bytes.
const METADATA: u32 = 64 << 10;

/// A copy of the database, as it is at one moment.
pub struct Copy(Connection);

/// What the copy says of the tree.
pub struct Tree {
    pub origin: String,
    pub size: u64,
    pub frontier: Vec<u8>,
}

/// Events that were not sealed yet.
pub struct Unsealed {
    pub count: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
}

impl Copy {
    /// Opens a file. One without its write-ahead log, as a backup is, is read as if nobody could write it.
    ///
    /// # Errors
    ///
    /// Where it is no database.
    pub fn open(database: &Path) -> rusqlite::Result<Self> {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        let connection = read_only(database, !Path::new(&log).exists())?;
        connection.execute_batch("BEGIN")?;
        Ok(Self(connection))
    }

    /// What a PostgreSQL holds at this moment, with nothing but the right to read it.
    ///
    /// # Errors
    ///
    /// Where it can't be read.
    pub async fn of_postgres(url: &PostgresUrl) -> Result<Self, CopyOutError> {
        copy_out(url, &TABLES).await.map(Self)
    }

    pub(super) fn tree(&self) -> rusqlite::Result<Option<Tree>> {
        let sql = "SELECT origin, max(size, 0), frontier FROM audit_tree WHERE id = 1";
        let tree = |row: &Row<'_>| {
            Ok(Tree { origin: text(row, 0)?.unwrap_or_default(), size: row.get(1)?, frontier: row.get(2)? })
        };
        self.0.query_row(sql, [], tree).optional()
    }

    /// Whether anything here was sealed, whatever the tree's own row says.
    pub(super) fn has_sealed(&self) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM audit_seals) OR EXISTS (SELECT 1 FROM security_events WHERE leaf IS NOT NULL)
                   OR EXISTS (SELECT 1 FROM audit_keys)";
        self.0.query_row(sql, [], |row| row.get(0))
    }

    /// Every key that has signed, newest first.
    pub(super) fn keys(&self) -> rusqlite::Result<Vec<PublicKey>> {
        let mut statement = self.0.prepare("SELECT public_key FROM audit_keys ORDER BY id DESC")?;
        let keys = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let known = |key: Vec<u8>| PublicKey::from_bytes(key.as_slice().try_into().ok()?);
        keys.filter_map(|key| key.map(known).transpose()).collect()
    }

    /// What is not as SQLite left it: an index that tells of other rows than its table holds would have the walk read the one
    /// and the service the other. None where all is sound.
    pub(super) fn unsound(&self) -> rusqlite::Result<Option<String>> {
        for (table, _) in TABLES {
            let sql = format!("PRAGMA integrity_check('{table}')");
            let told: String = self.0.query_row(&sql, [], |row| row.get(0))?;
            if told != "ok" {
                return Ok(Some(format!("the file is not as SQLite left it: {told}")));
            }
        }
        Ok(None)
    }

    /// What events claim of leaves before them, each with its place: the walk comes by each of these events, and by the tree that it
    /// speaks of.
    pub(super) fn erased(&self) -> rusqlite::Result<Vec<(u64, Erased)>> {
        let mut erased = Vec::new();
        self.each_metadata("details_erased", |at, metadata| {
            erased.extend(Erased::parse(metadata, at).map(|told| (at, told)));
        })?;
        Ok(erased)
    }

    /// The same of leaves that were dropped.
    pub(super) fn pruned(&self) -> rusqlite::Result<Vec<(u64, Prefix)>> {
        let mut dropped = Vec::new();
        self.each_metadata("events_pruned", |at, metadata| {
            dropped.extend(pruned(metadata, at).map(|told| (at, told)));
        })?;
        Ok(dropped)
    }

    /// The places and the metadata of events of a kind that say they were sealed.
    fn each_metadata(&self, kind: &str, mut each: impl FnMut(u64, &str)) -> rusqlite::Result<()> {
        let sql = "SELECT leaf, metadata FROM security_events
                   WHERE event_type = ?1 AND source IS NULL AND leaf >= 0 AND octet_length(metadata) <= ?2 ORDER BY leaf";
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query((kind, METADATA))?;
        while let Some(row) = rows.next()? {
            each(row.get(0)?, row.get_ref(1)?.as_str().unwrap_or_default());
        }
        Ok(())
    }

    /// Whether an event that is still to be sealed says that the audit log goes on under this name.
    pub(super) fn is_about_to_begin(&self, origin: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM security_events
                   WHERE event_type = 'audit_begun' AND source IS NULL AND leaf IS NULL AND mac IS NOT NULL
                       AND CASE WHEN json_valid(metadata) THEN json_extract(metadata, '$.origin') END = ?1)";
        self.0.query_row(sql, [origin], |row| row.get(0))
    }

    /// The first row that is there although its place was dropped: whole tiles may still be to be dropped, up to the boundary.
    pub(super) fn first_below(&self, below: u64) -> rusqlite::Result<Option<Stored>> {
        let sql = format!(
            "SELECT {EVENT} FROM security_events WHERE leaf >= 0 AND leaf < ?1 ORDER BY leaf LIMIT 1"
        );
        self.0.query_row(&sql, [below], stored).optional()
    }

    /// How many rows stand in a range of places.
    pub(super) fn count(&self, leaves: &std::ops::Range<u64>) -> rusqlite::Result<u64> {
        let sql = "SELECT count(*) FROM security_events WHERE leaf >= ?1 AND leaf < ?2";
        self.0.query_row(sql, (leaves.start, leaves.end), |row| row.get(0))
    }

    /// A row that the service did not write, or not like that: it is passed over when others are sealed. Its id.
    pub(super) fn foreign(&self) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT id FROM security_events
                   WHERE (leaf IS NULL AND (mac IS NULL OR length(mac) <> 36)) OR leaf < 0 ORDER BY id LIMIT 1";
        Ok(self.0.query_row(sql, [], |row| text(row, 0)).optional()?.map(Option::unwrap_or_default))
    }

    /// The tree of leaves that were dropped, from its tiles. None where they are not all there.
    pub(super) fn frontier(&self, size: u64) -> rusqlite::Result<Option<Frontier>> {
        let mut roots = Vec::new();
        for subtree in Subtree::of(&(0..size)) {
            let (level, places) = subtree.tiles();
            let tiles = places.filter_map(|place| self.tile(level, place).transpose());
            let Some(root) = subtree.root(tiles.collect::<rusqlite::Result<Vec<_>>>()?) else {
                return Ok(None);
            };
            roots.push(root);
        }
        Ok(Frontier::from_bytes(size, &roots.concat()))
    }

    pub(super) fn tile(&self, level: u32, position: u64) -> rusqlite::Result<Option<Hash>> {
        let sql = "SELECT hash FROM audit_tiles WHERE level = ?1 AND position = ?2 AND length(hash) = 32";
        self.0.prepare_cached(sql)?.query_row((level, position), |row| row.get(0)).optional()
    }

    /// Calls `each` with every sealed event from a leaf on, in order.
    pub(super) fn each_event<E: From<rusqlite::Error>>(
        &self,
        from: u64,
        mut each: impl FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!("SELECT {EVENT} FROM security_events WHERE leaf >= ?1 ORDER BY leaf");
        let mut statement = self.0.prepare(&sql)?;
        let mut rows: Rows<'_> = statement.query([from])?;
        while let Some(row) = rows.next()? {
            each(stored(row)?)?;
        }
        Ok(())
    }

    /// The next checkpoint of more than `after` leaves: its size, its note, and when it was made.
    pub(super) fn next_seal(&self, after: u64) -> rusqlite::Result<Option<(u64, String, i64)>> {
        let sql = "SELECT size, note, sealed_at FROM audit_seals WHERE size > ?1 ORDER BY size LIMIT 1";
        let seal = |row: &Row<'_>| Ok((row.get(0)?, text(row, 1)?.unwrap_or_default(), row.get(2)?));
        self.0.prepare_cached(sql)?.query_row([after], seal).optional()
    }

    /// The checkpoint of this size: a signed note.
    pub(super) fn seal(&self, size: u64) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT note FROM audit_seals WHERE size = ?1";
        Ok(self.0.prepare_cached(sql)?.query_row([size], |row| text(row, 0)).optional()?.flatten())
    }

    pub(super) fn unsealed(&self) -> rusqlite::Result<Unsealed> {
        let sql = "SELECT count(*), min(created_at), max(created_at) FROM security_events
                   WHERE leaf IS NULL AND mac IS NOT NULL";
        self.0.query_row(sql, [], |row| {
            Ok(Unsealed { count: row.get(0)?, first: row.get(1)?, last: row.get(2)? })
        })
    }
}

/// The columns of an event.
const EVENT: &str = "leaf, id, user_id, event_type, source, created_at, ip_address, user_agent, metadata, salt, details_digest, leaf_hash";

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        leaf: row.get(0)?,
        id: text(row, 1)?.unwrap_or_default(),
        user_id: text(row, 2)?,
        event_type: text(row, 3)?.unwrap_or_default(),
        source: text(row, 4)?,
        created_at: row.get(5)?,
        ip_address: text(row, 6)?,
        user_agent: text(row, 7)?,
        metadata: text(row, 8)?,
        salt: row.get(9)?,
        details_digest: row.get(10)?,
        leaf_hash: row.get(11)?,
    })
}

/// Text. What is of another type, which the service would not find, or no UTF-8, is marked as what no event holds: the hash tells.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Text(bytes) => Some(stored_text(bytes.to_owned())),
        _ => Some(stored_text(vec![0xff])),
    })
}

/// A text that an event of the service's own tells of the audit log.
pub fn own_metadata(stored: &Stored, member: &str) -> Option<String> {
    let text = stored.metadata.as_deref().filter(|_| stored.source.is_none())?;
    let metadata: serde_json::Value = serde_json::from_str(text).ok()?;
    metadata.get(member)?.as_str().map(ToOwned::to_owned)
}

//! What of a database is authenticated, as the table in `docs/audit.md` says: whatever changes it is told by who verifies a copy, and
//! nothing else is.

use super::prepared::BELOW;
use mana_auth_audit::VerifierKey;
use rusqlite::Connection;

/// The columns of a sealed event; not `mac`.
const EVENT: [&str; 12] = [
    "leaf",
    "id",
    "user_id",
    "event_type",
    "source",
    "created_at",
    "ip_address",
    "user_agent",
    "metadata",
    "salt",
    "details_digest",
    "leaf_hash",
];

/// A value, letter by letter.
fn exact(column: &str) -> String {
    format!("CASE WHEN {column} IS NULL THEN '-' ELSE hex(CAST({column} AS BLOB)) END")
}

fn rows(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("text")).collect()
}

/// Every event that has a place, in the order of places.
pub fn sealed(database: &Connection) -> Vec<String> {
    let columns = EVENT.map(exact).join(" || ' ' || ");
    rows(database, &format!("SELECT {columns} FROM security_events WHERE leaf IS NOT NULL ORDER BY leaf"))
}

/// All that is authenticated: sealed events, and that no row is there which is neither sealed nor bears a MAC; what is noted of
/// their tree, and its checkpoints from the first kept leaf on; the tiles of their tree; and the key that the first checkpoints bear,
/// without which they are signed by nobody.
pub fn of(database: &Connection, replaced: &VerifierKey) -> Vec<String> {
    let mut view = sealed(database);
    let key: String = replaced.public().to_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    let row =
        |columns: &[&str]| columns.iter().map(|column| exact(column)).collect::<Vec<_>>().join(" || ' ' || ");
    for sql in [
        "SELECT 'foreign' FROM security_events WHERE leaf IS NULL AND (mac IS NULL OR length(mac) <> 36)"
            .to_owned(),
        format!("SELECT {} FROM audit_tree WHERE id = 1", row(&["origin", "size", "frontier"])),
        format!("SELECT {} FROM audit_seals WHERE size >= {BELOW} ORDER BY size", row(&["size", "note"])),
        format!("SELECT 'key' FROM audit_keys WHERE hex(public_key) = '{key}'"),
        format!(
            "SELECT {} FROM audit_tiles WHERE level = 1 AND position IN (0, 1) ORDER BY position",
            row(&["level", "position", "hash"])
        ),
    ] {
        view.extend(rows(database, &sql));
    }
    view
}

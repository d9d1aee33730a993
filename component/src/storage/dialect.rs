//! SQL that differs between the dialects. All other SQL runs unchanged on SQLite (3.44 or newer) and PostgreSQL (15 or newer).

use crate::bindings::mana::auth::storage;
use std::sync::OnceLock;

pub use storage::Dialect;

static SPOKEN: OnceLock<Dialect> = OnceLock::new();

/// Asks which dialect the database speaks. An instance does so before its first statement.
pub async fn learn() {
    if SPOKEN.get().is_none() {
        // Another call of this instance may have been faster: it was told the same.
        let _ = SPOKEN.set(storage::spoken().await);
    }
}

/// The dialect that the database speaks.
pub fn spoken() -> Dialect {
    SPOKEN.get().copied().unwrap_or(Dialect::Sqlite)
}

/// A text as its bytes.
#[must_use]
pub fn as_bytes(column: &str) -> String {
    match spoken() {
        Dialect::Sqlite => format!("CAST({column} AS BLOB)"),
        Dialect::Postgres => format!("convert_to({column}, 'UTF8')"),
    }
}

/// A byte that no text in UTF-8 has.
fn no_utf8() -> &'static str {
    match spoken() {
        Dialect::Sqlite => "x'ff'",
        Dialect::Postgres => r"'\xff'::bytea",
    }
}

/// A text as bytes. SQLite also stores text that is not UTF-8, which could not be read as text. If it is longer than `most` bytes, one
/// byte that is not UTF-8 is read instead.
#[must_use]
pub fn bytes_of(column: &str, most: usize) -> String {
    bounded(column, most, &as_bytes(column))
}

/// The same of a column that holds bytes.
#[must_use]
pub fn blob_of(column: &str, most: usize) -> String {
    bounded(column, most, column)
}

fn bounded(column: &str, most: usize, read: &str) -> String {
    format!(
        "CASE WHEN octet_length({column}) <= {most} THEN {read} WHEN {column} IS NOT NULL THEN {} END",
        no_utf8()
    )
}

/// Counts how many of two tables exist. Their names are the parameters.
pub(super) fn count_of_tables() -> &'static str {
    match spoken() {
        Dialect::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN (?1, ?2)",
        Dialect::Postgres => {
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND CAST(table_name AS text) IN (?1, ?2)"
        }
    }
}

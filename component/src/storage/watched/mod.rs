//! The columns that answers assert, and the triggers that report each change of them in `invalidations`.
//!
//! Triggers rather than statements of the service, so that a change typed by hand counts like any other. They are made from one
//! table for both dialects, and made anew with each migration.

mod postgres;
mod sqlite;

use super::Dialect;

/// A table whose changes are reported.
struct Watched {
    table: &'static str,
    subject: Subject,
    /// A change of any of these is reported.
    columns: &'static [&'static str],
    /// Of these, only a smaller value is reported: an answer that was given before stays true otherwise.
    lowered: &'static [&'static str],
    /// What is unique beside the id: `REPLACE` removes rows that have the same, and fires no trigger of theirs.
    unique: &'static [&'static [&'static str]],
    /// Whether a new row is reported.
    inserts: bool,
}

/// What a row's changes are reported about.
enum Subject {
    /// The row: this prefix and its id.
    Row(&'static str),
    /// The row, and those whose `parent_id` it is, which end with it. The position of the newest report is kept in `touched_at`.
    Family(&'static str),
    /// The whole table.
    Table(&'static str),
}

const WATCHED: [Watched; 3] = [
    Watched {
        table: "users",
        subject: Subject::Row("u:"),
        columns: &[
            "id",
            "email",
            "name",
            "image",
            "role",
            "email_verified",
            "banned",
            "ban_expires",
            "created_at",
            "updated_at",
            "app_metadata",
        ],
        lowered: &[],
        unique: &[&["email"]],
        inserts: false,
    },
    // Neither activity nor a later expiry counts.
    Watched {
        table: "sessions",
        subject: Subject::Family("s:"),
        columns: &[
            "id",
            "user_id",
            "token_hash",
            "remember_me",
            "device_id",
            "device_name",
            "ip_address",
            "user_agent",
            "created_at",
            "absolute_expires_at",
            "not_before",
            "auth_time",
            "parent_id",
            "origin",
        ],
        lowered: &["expires_at"],
        unique: &[&["token_hash"], &["parent_id", "origin"]],
        inserts: false,
    },
    // A private key that is encrypted anew changes nothing that anyone was told.
    Watched {
        table: "jwks",
        subject: Subject::Table("keys"),
        columns: &["id", "public_key", "signs_from", "revoked_at"],
        lowered: &[],
        unique: &[],
        inserts: true,
    },
];

/// The statements that make every trigger, whether or not there are older ones.
pub fn triggers(dialect: Dialect) -> Vec<String> {
    let of_table = match dialect {
        Dialect::Sqlite => sqlite::triggers,
        Dialect::Postgres => postgres::triggers,
    };
    WATCHED.iter().flat_map(of_table).collect()
}

/// What holds where a watched column of the row `new` differs from the row `old`.
fn differs(watched: &Watched, old: &str, new: &str) -> String {
    let changed =
        watched.columns.iter().map(|column| format!("{old}.{column} IS DISTINCT FROM {new}.{column}"));
    let lowered = watched.lowered.iter().map(|column| format!("{old}.{column} > {new}.{column}"));
    changed.chain(lowered).collect::<Vec<_>>().join(" OR ")
}

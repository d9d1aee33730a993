//! The columns that a response or a token contains, and the triggers that report each change of them in `invalidations`.
//!
//! Triggers rather than statements of the service, so that a change typed by hand counts like any other. They are made from one
//! table for both dialects, and made anew with each migration.

mod postgres;
mod sqlite;
mod table;

use super::Dialect;
use table::{Subject, Watched};

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
            "amr",
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

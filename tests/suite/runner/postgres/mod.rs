//! The library over PostgreSQL: its statements, and the triggers of that dialect, are told by the same scenarios.

mod cluster;
mod storage;
mod values;

pub use storage::{Postgres, prepare_all, statements};

use std::path::Path;

/// Where Debian puts the programs of PostgreSQL 15.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// Whether PostgreSQL is here.
pub fn is_here() -> bool {
    Path::new(PROGRAMS).join("initdb").exists()
}

/// The files whose scenarios are told against it: those that look into the database by plain SQL alone.
pub const FILES: [&str; 31] = [
    "account_deletion",
    "addresses",
    "app_metadata",
    "authentication",
    "change_password",
    "concurrency",
    "cookies",
    "cookies_of_several_scopes",
    "cors",
    "enumeration",
    "hygiene",
    "json",
    "jwks",
    "keys_in_time",
    "limits",
    "lockout",
    "lockout_lifted",
    "logout",
    "password_rules",
    "profile",
    "refresh",
    "register",
    "secret_rotation",
    "service_token",
    "session",
    "session_cache",
    "session_to_token",
    "sessions",
    "settings",
    "suspicions",
    "undecided",
];

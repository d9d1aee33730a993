//! The library over PostgreSQL, told by the same scenarios.

mod cluster;
mod database;

pub use cluster::{Mortal, is_here};
pub use database::Postgres;

use std::collections::BTreeSet;

/// The statements that the server has executed so far, as its log has them, from all services.
pub fn statements() -> BTreeSet<String> {
    let log = cluster::CLUSTER.log();
    // `LOG:  execute <name>: <statement>`
    let executed =
        log.split(cluster::ENTRY).filter_map(|entry| entry.split_once("execute ")?.1.split_once(": "));
    executed.map(|(_, sql)| sql.to_owned()).collect()
}

/// The files whose scenarios are told on two servers, and on Spin.
pub const REPRESENTATIVE: [&str; 8] = [
    "concurrency",
    "instant_revocation",
    "lockout",
    "refresh_races",
    "registrations",
    "session_cache",
    "sessions",
    "undecided",
];

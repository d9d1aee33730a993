//! Rows that housekeeping keeps for its next run. Each has a MAC; the reader checks it.

use super::FRONTIER;
use crate::{
    error::Failure,
    params,
    storage::{self, Columns, Statement, Value, statement},
};

/// Since when events wait that can't be told to be ours, and the MAC of that.
pub async fn waiting() -> Result<Option<(i64, Vec<u8>)>, Failure> {
    let sql = "SELECT since, mac FROM audit_waiting WHERE id = 1 AND length(mac) = 36";
    storage::query_one(sql, vec![], |row| Ok((row.take()?, row.take()?))).await
}

pub fn forget_waiting() -> Statement {
    statement("DELETE FROM audit_waiting", vec![])
}

pub fn keep_waiting(since: i64, mac: Vec<u8>) -> Statement {
    statement(
        "INSERT INTO audit_waiting (id, since, mac) VALUES (1, ?1, ?2)
         ON CONFLICT (id) DO UPDATE SET since = excluded.since, mac = excluded.mac",
        params![since, mac],
    )
}

/// The progress of verification, decoded by `read`, and its MAC. A finding of more than `longest` bytes is not read.
pub async fn verification<T>(
    longest: usize,
    mut read: impl FnMut(&mut Columns) -> Result<T, Failure>,
) -> Result<Option<(T, Vec<u8>)>, Failure> {
    let sql = format!(
        "SELECT from_leaf, size, {}, begun_at, last_from, last_to, verified_at,
             {}, mac
         FROM audit_verification WHERE id = 1 AND from_leaf >= 0 AND size >= 0 AND begun_at IS NOT NULL
             AND coalesce(last_from, 0) >= 0 AND coalesce(last_to, 0) >= 0 AND length(mac) = 36",
        storage::blob_of("frontier", FRONTIER),
        storage::bytes_of("first_bad", longest)
    );
    storage::query_one(&sql, vec![], |row| Ok((read(row)?, row.take()?))).await
}

/// Keeps how far the log was verified: the values of the row's columns, in the order of the statement.
pub fn keep_verification(values: Vec<Value>) -> Statement {
    statement(
        "INSERT INTO audit_verification
             (id, from_leaf, size, frontier, begun_at, last_from, last_to, verified_at, first_bad, mac)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET from_leaf = excluded.from_leaf, size = excluded.size, frontier = excluded.frontier,
             begun_at = excluded.begun_at, last_from = excluded.last_from, last_to = excluded.last_to,
             verified_at = excluded.verified_at, first_bad = excluded.first_bad, mac = excluded.mac",
        values,
    )
}

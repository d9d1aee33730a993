//! How far housekeeping has gone through the trail: the only SQL of that.

use crate::{
    error::{Bug, Error},
    params,
    storage::{self, Statement, statement},
    time::Time,
};
use mana_auth_audit::Frontier;

/// How far housekeeping has gone through the trail, and what it found the last time.
pub struct Progress {
    pub from: u64,
    pub frontier: Frontier,
    pub last: Option<Verification>,
}

/// What going through the trail, or a part of it, has shown.
pub struct Verification {
    /// The first leaf that was looked at.
    pub from: u64,
    /// The leaf behind the last.
    pub to: u64,
    /// When.
    pub at: Time,
    /// What was wrong first, in words.
    pub first_bad: Option<String>,
}

pub async fn read() -> Result<Option<Progress>, Error> {
    let sql = "SELECT from_leaf, size, frontier, last_from, last_to, verified_at, first_bad FROM audit_verification";
    storage::query_one(sql, vec![], |row| {
        let from = row.take()?;
        let (size, frontier) = (row.take()?, row.take::<Vec<u8>>()?);
        let frontier = Frontier::from_bytes(size, &frontier).ok_or(Bug::Column(2))?;
        let last: (Option<u64>, Option<u64>, Option<Time>) = (row.take()?, row.take()?, row.take()?);
        let first_bad = row.take()?;
        let last = match last {
            (Some(from), Some(to), Some(at)) => Some(Verification { from, to, at, first_bad }),
            _ => None,
        };
        Ok(Progress { from, frontier, last })
    })
    .await
}

pub fn save(from: u64, frontier: &Frontier) -> Statement {
    statement(
        "INSERT INTO audit_verification (id, from_leaf, size, frontier) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET from_leaf = excluded.from_leaf, size = excluded.size, frontier = excluded.frontier",
        params![from, frontier.size(), frontier.to_bytes()],
    )
}

pub fn save_last(last: &Verification) -> Statement {
    statement(
        "UPDATE audit_verification SET last_from = ?1, last_to = ?2, verified_at = ?3, first_bad = ?4",
        params![last.from, last.to, last.at, last.first_bad.clone()],
    )
}

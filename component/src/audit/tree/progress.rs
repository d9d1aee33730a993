//! The progress of housekeeping's verification of the audit log, kept in one row.
//!
//! The row bears a MAC, so that whoever can write rows can't forge a clean result. An older row can be put
//! back; its time shows its age.

use super::rows;
use crate::{
    context::Context,
    error::Failure,
    params,
    secrets::{
        Purpose,
        mac::{Author, author, mac},
    },
    storage::{Columns, Statement},
    time::Time,
};
use mana_auth_audit::{Frontier, stored_text};

/// How far housekeeping has verified the audit log, and what it found the last time that it was through.
pub struct Progress {
    /// The leaf that the walk under way began with.
    pub from: u64,
    /// The tree of the leaves that it has verified, and those before.
    pub frontier: Frontier,
    /// When it began.
    pub begun: Time,
    /// The last one that came to its end.
    pub last: Option<Verification>,
}

/// The outcome of verifying the audit log, or a part of it.
pub struct Verification {
    /// The first leaf that was verified.
    pub from: u64,
    /// The leaf behind the last.
    pub to: u64,
    /// When it began. Each leaf was verified at some moment since.
    pub begun: Time,
    /// The first finding, in words.
    pub first_bad: Option<String>,
}

impl Progress {
    /// The progress after the end: nothing is under way.
    pub fn done(last: Verification) -> Self {
        Self { from: 0, frontier: Frontier::default(), begun: last.begun, last: Some(last) }
    }

    /// Whether a walk has begun and has not come to its end.
    pub const fn is_under_way(&self) -> bool {
        self.frontier.size() > self.from
    }

    /// What the MAC is over.
    fn content(&self) -> Vec<u8> {
        let last = self.last.as_ref();
        let last = last.map(|last| (last.from, last.to, last.begun.0, last.first_bad.as_deref()));
        serde_json::json!([self.from, self.frontier.size(), hex(&self.frontier), self.begun.0, last])
            .to_string()
            .into_bytes()
    }
}

/// Tells this note from others.
const NAME: &[u8] = b"verification\0";
/// The longest finding, in bytes.
const FINDING: usize = 1024;

fn hex(frontier: &Frontier) -> String {
    frontier.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The progress so far. None where there is no row that bears our MAC.
pub async fn read(ctx: &Context) -> Result<Option<Progress>, Failure> {
    let found = rows::verification(FINDING, progress).await?;
    Ok(found.and_then(|(progress, mac)| {
        let progress = progress?;
        let content = progress.content();
        let author = author(&ctx.settings.keyring, Purpose::AuditNote, &[NAME, &content], &mac);
        (author == Author::Ours).then_some(progress)
    }))
}

fn progress(row: &mut Columns) -> Result<Option<Progress>, Failure> {
    let from = row.take()?;
    let (size, frontier) = (row.take()?, row.take::<Vec<u8>>()?);
    let begun = row.take()?;
    let last: (Option<u64>, Option<u64>, Option<Time>) = (row.take()?, row.take()?, row.take()?);
    let first_bad = row.take::<Option<Vec<u8>>>()?.map(stored_text);
    let last = match last {
        (Some(from), Some(to), Some(begun)) => Some(Verification { from, to, begun, first_bad }),
        _ => None,
    };
    Ok(Frontier::from_bytes(size, &frontier).map(|frontier| Progress { from, frontier, begun, last }))
}

/// Keeps the progress for the next run.
pub fn save(ctx: &Context, progress: &Progress) -> Statement {
    let mac = mac(&ctx.settings.keyring, Purpose::AuditNote, &[NAME, &progress.content()]);
    let last = progress.last.as_ref();
    rows::keep_verification(params![
        progress.from,
        progress.frontier.size(),
        progress.frontier.to_bytes(),
        progress.begun,
        last.map(|last| last.from),
        last.map(|last| last.to),
        last.map(|last| last.begun),
        last.and_then(|last| last.first_bad.clone()),
        mac,
    ])
}

//! What the metrics page says about the database.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How much has been executed since the start.
#[derive(Debug, Default)]
pub struct Counts {
    queries: AtomicU64,
    changes: AtomicU64,
    commits: AtomicU64,
}

impl Counts {
    /// Statements that read.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.queries.load(Relaxed)
    }

    /// Statements that change, whether or not what they changed was kept.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes.load(Relaxed)
    }

    /// Commits that reached the disk. Fewer than batches, since many batches share one.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Relaxed)
    }

    pub(super) fn query(&self) {
        self.queries.fetch_add(1, Relaxed);
    }

    pub(super) fn change(&self) {
        self.changes.fetch_add(1, Relaxed);
    }

    pub(super) fn commit(&self) {
        self.commits.fetch_add(1, Relaxed);
    }
}

//! What a verification is given, and what it finds.

use crate::storage::CopyOutError;
use mana_auth_audit::{Finding, VerifierKey};
use std::io;

/// What to verify it with.
#[derive(Default)]
pub struct Verification<'a> {
    /// The key to trust; none: the one that the copy itself names, which proves nothing against who owns it.
    pub key: Option<VerifierKey>,
    /// Checkpoints that were kept outside, signed notes.
    pub checkpoints: Option<&'a mut dyn Iterator<Item = io::Result<String>>>,
    /// Whether the audit log may have gone on from an older state than they tell of, where a sealed event says so: a backup was
    /// restored.
    pub restored: bool,
    /// Whether the copy may be older than the newest of them, as a backup is: those are counted, and prove nothing.
    pub older: bool,
    /// Where to write the events as JSON Lines.
    pub export: Option<&'a mut dyn io::Write>,
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// The key that signed the newest checkpoint, with the name of the audit log that it signed for: what the signature proves, once all
    /// before it was found to be what was signed. None before, and where no trusted key has signed.
    pub key: Option<VerifierKey>,
    /// The first leaf that is kept, and the one behind the last.
    pub leaves: std::ops::Range<u64>,
    /// Events whose details were destroyed, by erasures that are events themselves.
    pub erased: u64,
    /// Events that no checkpoint covers: how many, and the times of the first and the last, in milliseconds.
    pub unsealed: u64,
    /// See `unsealed`.
    pub unsealed_times: Option<(i64, i64)>,
    /// When the newest checkpoint was made, in milliseconds, as the copy says.
    pub sealed_at: Option<i64>,
    /// How many checkpoints from outside the audit log leads to.
    pub checkpoints: u64,
    /// How many leaves the largest of those covers: nothing outside speaks of what follows.
    pub proven: u64,
    /// How many are of leaves that were dropped: nothing ties them to what is left.
    pub dropped: u64,
    /// How many are newer than the copy, where that may be.
    pub newer: u64,
    /// The newest checkpoint from outside that it does not lead to, since a backup was restored, as a sealed event says: its origin
    /// and size.
    pub given_up: Option<(String, u64)>,
    /// What is wrong first, in words; none where every event is what was signed.
    pub finding: Option<String>,
}

/// Why nothing could be found out.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is no database of this service, or of another version, or it can't be read.
    #[error("the database can't be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// It can't be read from its server.
    #[error(transparent)]
    Server(#[from] CopyOutError),
    /// The export can't be written, or the checkpoints can't be read.
    #[error("the export or the checkpoints: {0}")]
    File(#[from] io::Error),
}

/// What stops the walk.
pub(super) enum Stop {
    Found(String),
    Failed(VerifyError),
}

impl<E: Into<VerifyError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Found(finding.to_string())
    }
}

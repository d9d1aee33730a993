//! What an operator sees of the mails, and does with them.

use super::rows;
use crate::{
    commit::Change, context::Context, email::Email, error::Failure, mailer, outbox::Content, time::Time,
};

/// Where a mail stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is delivered when it is due.
    Waiting,
    /// It was given up.
    Failed,
}

/// A mail that was not delivered, or not yet.
pub struct Entry {
    /// The left part of its `Message-ID`.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// The recipient; none where that can't be read, or it names nobody.
    pub to: Option<Email>,
    /// When it was written.
    pub created_at: Time,
    /// When the next attempt is made.
    pub due_at: Time,
    /// How many were made.
    pub attempts: u32,
    /// Why the last one failed.
    pub reason: Option<String>,
}

/// The newest mails that were not delivered, or not yet.
///
/// # Errors
///
/// Where storage fails.
pub async fn list(ctx: &Context) -> Result<Vec<Entry>, Failure> {
    let entry = |row: rows::Listed| {
        let rows::Listed { waiting, has_failed, due_at, reason } = row;
        let content = Content::open(&waiting.content, &ctx.settings.keyring, &waiting.id);
        Entry {
            to: content.and_then(|content| content.recipient()),
            state: if has_failed { State::Failed } else { State::Waiting },
            id: waiting.id,
            kind: waiting.kind,
            created_at: waiting.created_at,
            due_at,
            attempts: waiting.attempts,
            reason,
        }
    };
    Ok(rows::list().await?.into_iter().map(entry).collect())
}

/// Makes mails due now: all of them, or one. Returns how many.
///
/// # Errors
///
/// Where storage fails.
pub async fn retry(ctx: &Context, id: Option<&str>) -> Result<u64, Failure> {
    let mut change = Change::new();
    let retried = change.add(rows::retry(id, ctx.now));
    let count = change.commit(ctx).await?[retried];
    if count > 0 {
        mailer::committed();
    }
    Ok(count)
}

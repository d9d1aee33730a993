//! Comparing the audit log with a checkpoint that was kept outside, to notice that the database was put back.

use super::{
    begin, begun,
    keys::Keys,
    rows::{self, Head},
    signed::Tree,
};
use crate::{commit::CommitError, context::Context, error::Failure, events::EventType, platform::Level};
use mana_auth_audit::Checkpoint;

/// What a checkpoint from outside says of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The tree has grown from it.
    Consistent,
    /// The tree has not grown from it: a backup was restored, or events were removed. The log goes on under
    /// another origin.
    BegunAnew,
    /// Nothing: it has another origin, and no key of this log signed it.
    Foreign,
}

/// Compares the audit log with a signed note. Goes on under another origin where the tree has not grown from
/// it, so that no two histories are signed under one origin.
///
/// # Errors
///
/// Where storage fails, or the tree head is not the one that was signed last.
pub async fn compare(ctx: &Context, note: &str) -> Result<Comparison, Failure> {
    let Some(head) = rows::head().await? else { return compare_with_none(ctx, note).await };
    let keys = Keys::ours(ctx).await?;
    let Ok((_, outside)) = Checkpoint::of_note(note) else { return Ok(Comparison::Foreign) };
    let is_ours = keys.signer_of(note)?.is_some();
    // An unknown key under our origin: the database was put back to a state before that key. Unless our own
    // newest checkpoint has no known key either; then the secret is lost.
    if !is_ours && (outside.origin != head.origin || !is_signed(&head, &keys)?) {
        return Ok(Comparison::Foreign);
    }
    let mut tree = Tree::with_keys(ctx, head, keys).await?;
    if is_ours && (tree.leads_to(ctx, &outside).await? || tree.has_given_up(ctx, &outside).await?) {
        return Ok(Comparison::Consistent);
    }
    let key = tree.signing_key().await?;
    begin::again(ctx, &tree.head, &key, &outside.to_string()).await?;
    log(ctx, note);
    Ok(Comparison::BegunAnew)
}

/// Begins the log after a checkpoint: a new database stands beside an old file.
async fn compare_with_none(ctx: &Context, note: &str) -> Result<Comparison, Failure> {
    let outside = Checkpoint::of_note(note).ok().map(|(_, checkpoint)| checkpoint.to_string());
    match begin::first(ctx, outside.as_deref()).await {
        Ok(()) => {
            log(ctx, note);
            Ok(Comparison::BegunAnew)
        }
        Err(CommitError::Conflict(_)) => Ok(Comparison::BegunAnew),
        Err(refused) => Err(refused.into()),
    }
}

/// Whether one of these keys signed the newest checkpoint.
fn is_signed(head: &Head, keys: &Keys) -> Result<bool, Failure> {
    let Some(note) = &head.checkpoint else { return Ok(false) };
    Ok(keys.signer_of(note)?.is_some())
}

fn log(ctx: &Context, note: &str) {
    let words = "the audit log does not lead to the newest checkpoint outside";
    ctx.log(Level::Error, words, &[("checkpoint", note)]);
}

impl Tree {
    /// Whether the tree has grown from a checkpoint, by its hashes, under whatever origin.
    async fn leads_to(&mut self, ctx: &Context, outside: &Checkpoint) -> Result<bool, Failure> {
        if outside.size > self.size() {
            return Ok(false);
        }
        if let Some(prefix) = self.prefix(outside.size).await? {
            return Ok(prefix.root() == outside.root);
        }
        // The hashes are missing. Retention has dropped them with their leaves, or somebody has altered them.
        // Neither is a reason for another origin.
        if outside.size >= self.kept_from().await? {
            let words =
                "the audit log can't be compared with a checkpoint: a part of it was altered or removed";
            ctx.log(Level::Error, words, &[("checkpoint", &outside.to_string())]);
        }
        Ok(true)
    }

    /// Whether the present origin was begun because the tree had not grown from this checkpoint, or from a
    /// later one of the same origin. Then the difference is known.
    ///
    /// # Errors
    ///
    /// As [`Tree::newest`].
    pub async fn has_given_up(&mut self, ctx: &Context, outside: &Checkpoint) -> Result<bool, Failure> {
        let origin = self.head.origin.clone();
        if outside.origin == origin {
            return Ok(false);
        }
        let sealed = self.newest(EventType::AuditBegun, |event| begun::of(event, &origin)).await?;
        let begun = match sealed {
            Some((_, begun)) => Some(begun),
            None => begun::announced(ctx, &origin).await?,
        };
        let follows = begun.and_then(|begun| Checkpoint::parse(&begun.follows).ok());
        Ok(follows.is_some_and(|it| it.origin == outside.origin && it.size >= outside.size))
    }
}

//! Detection of a rollback: the database was put back to an older state, and newer checkpoints are known.

use super::{
    compare::{Comparison, compare},
    rows,
    signed::Tree,
};
use crate::{
    context::Context,
    error::{Bug, Failure},
    platform::Level,
};
use std::sync::Mutex;

/// The newest checkpoint that this instance has seen.
static SEEN: Mutex<Option<String>> = Mutex::new(None);

/// Notes the newest checkpoint that this instance has seen.
pub fn note_seen(checkpoint: Option<&String>) {
    if let Ok(mut seen) = SEEN.lock() {
        *seen = checkpoint.cloned();
    }
}

/// Compares the tree with the checkpoint that this instance has seen last. The tree must have grown from it,
/// or goes on under another origin. To be called before a log is begun: one that was wiped meanwhile goes on
/// after that checkpoint.
pub async fn compare_with_seen(ctx: &Context) -> Result<(), Failure> {
    let Some(seen) = SEEN.lock().ok().and_then(|seen| seen.clone()) else { return Ok(()) };
    let head = rows::head().await?;
    if head.is_some_and(|head| head.checkpoint.as_ref() == Some(&seen)) {
        return Ok(());
    }
    if compare(ctx, &seen).await? == Comparison::Foreign {
        let words = "the audit log is another than the one that this process has seen";
        ctx.log(Level::Error, words, &[("checkpoint", &seen)]);
    }
    Ok(())
}

/// Refuses a tree behind which a larger one was signed, as a checkpoint in this very database shows: the row
/// of the tree head was put back by hand. Unless an event says why.
pub async fn ensure_newest(ctx: &Context, tree: &mut Tree) -> Result<(), Failure> {
    for (_, note) in rows::seals_beyond(tree.size()).await? {
        let Some((beyond, _)) = tree.keys.signer_of(&note)? else { continue };
        // Or another process has sealed meanwhile.
        let grows = rows::head().await?.is_some_and(|head| head.frontier.size() > tree.size());
        if !grows && !tree.has_given_up(ctx, &beyond).await? {
            return Err(
                Bug::AuditLog(format!("the tree was put back: {} leaves were signed", beyond.size)).into()
            );
        }
    }
    Ok(())
}

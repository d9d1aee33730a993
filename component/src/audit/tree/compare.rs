//! Comparing the trail with a checkpoint that was kept outside.

use super::{begin, prune::drawn, rows, seal};
use crate::{
    context::Context,
    error::Error,
    platform::{self, Level},
    storage::Refused,
};
use mana_auth_audit::Checkpoint;

/// What a checkpoint from outside says of the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The trail has grown from it.
    Consistent,
    /// The trail has not: a backup was restored, or events were taken away. It goes on under another origin.
    BegunAnew,
    /// Nothing: no key of this trail signed it.
    Foreign,
}

/// Compares the trail with a signed note, and begins a new origin where they don't go together: so that no two histories
/// are signed under one name.
///
/// # Errors
///
/// Where storage fails.
pub async fn compare(ctx: &Context, note: &str) -> Result<Comparison, Error> {
    let Some(tree) = rows::tree().await? else {
        // A new database beside an old file.
        return match begin::first(ctx, checkpoint_text(note).as_deref()).await {
            Ok(()) | Err(Refused::Conflict(_)) => Ok(Comparison::BegunAnew),
            Err(refused) => Err(refused.into()),
        };
    };
    let Some(outside) = seal::signed_by(note, &rows::keys().await?)? else { return Ok(Comparison::Foreign) };
    let text = outside.to_string();
    if tree.follows.as_ref() == Some(&text) || leads_to(&tree, &outside).await? {
        return Ok(Comparison::Consistent);
    }
    begin::again(ctx, &tree, &text).await?;
    platform::log(
        Level::Error,
        "the audit trail does not lead to the newest checkpoint outside",
        &[("checkpoint", note)],
    );
    Ok(Comparison::BegunAnew)
}

fn checkpoint_text(note: &str) -> Option<String> {
    Checkpoint::of_note(note).ok().map(|(_, checkpoint)| checkpoint.to_string())
}

async fn leads_to(tree: &rows::Tree, outside: &Checkpoint) -> Result<bool, Error> {
    if outside.origin != tree.origin {
        return Ok(false);
    }
    let Some(here) = rows::seal(outside.size).await? else {
        // Or it was dropped along with its leaves.
        return Ok(outside.size < drawn().await?);
    };
    Ok(Checkpoint::of_note(&here).is_ok_and(|(_, here)| here == *outside))
}

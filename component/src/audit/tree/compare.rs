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
    let keys = rows::keys().await?;
    let Some(outside) = seal::signed_by(ctx, note, &keys)? else { return Ok(Comparison::Foreign) };
    let text = outside.to_string();
    if leads_to(&tree, &outside).await? || is_given_up(&tree, &outside).await? {
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

/// Whether the tree has grown from it, whatever its name was then.
async fn leads_to(tree: &rows::Tree, outside: &Checkpoint) -> Result<bool, Error> {
    let Some(here) = rows::seal(outside.size).await? else {
        // Or it was dropped along with its leaves.
        let below = drawn().await?;
        return Ok(outside.size < below && below <= tree.frontier.size());
    };
    Ok(Checkpoint::of_note(&here).is_ok_and(|(_, here)| here == *outside))
}

/// Whether the trail has begun its present name because it could not lead to this checkpoint, or to a later one of the same name.
/// Nothing is signed under the name that was given up, so it need not be believed who says so.
async fn is_given_up(tree: &rows::Tree, outside: &Checkpoint) -> Result<bool, Error> {
    if outside.origin == tree.origin {
        return Ok(false);
    }
    let followed = rows::follows(&tree.origin).await?.and_then(|text| Checkpoint::parse(&text).ok());
    Ok(followed.is_some_and(|it| it.origin == outside.origin && it.size >= outside.size))
}

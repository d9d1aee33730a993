//! Comparing the trail with a checkpoint that was kept outside.

use super::{begin, begun, boundary::kept_from, keys, rows, signed::Signed, signing};
use crate::{commit::Refused, context::Context, error::Failure, events::Kind, platform::Level};
use mana_auth_audit::Checkpoint;

/// What a checkpoint from outside says of the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The trail has grown from it.
    Consistent,
    /// The trail has not: a backup was restored, or events were taken away. It goes on under another origin.
    BegunAnew,
    /// Nothing: it is of another name, and no key of this trail signed it.
    Foreign,
}

/// Compares the trail with a signed note, and begins a new origin where they don't go together: so that no two histories
/// are signed under one name.
///
/// # Errors
///
/// Where storage fails, or the tree is not the one that was signed last.
pub async fn compare(ctx: &Context, note: &str) -> Result<Comparison, Failure> {
    let Some(tree) = rows::tree().await? else {
        // A new database beside an old file.
        return match begin::first(ctx, checkpoint_text(note).as_deref()).await {
            Ok(()) => {
                tell(ctx, note);
                Ok(Comparison::BegunAnew)
            }
            Err(Refused::Conflict(_)) => Ok(Comparison::BegunAnew),
            Err(refused) => Err(refused.into()),
        };
    };
    let keys = keys::ours(ctx).await?;
    let Ok((_, outside)) = Checkpoint::of_note(note) else { return Ok(Comparison::Foreign) };
    let is_ours = keys::signed_by(note, &keys)?.is_some();
    // A checkpoint of the trail's name by an unknown key was signed after the state to which the trail was put back; unless the secret
    // is lost, and no key is known.
    if !is_ours && (outside.origin != tree.origin || !is_signed(&tree, &keys)?) {
        return Ok(Comparison::Foreign);
    }
    let mut signed = Signed::of(ctx, tree, &keys).await?;
    if is_ours
        && (leads_to(ctx, &mut signed, &outside).await? || is_given_up(ctx, &mut signed, &outside).await?)
    {
        return Ok(Comparison::Consistent);
    }
    let signing = signing::next(&mut signed, &keys).await?;
    begin::again(ctx, &signed.tree, &signing, &outside.to_string()).await?;
    tell(ctx, note);
    Ok(Comparison::BegunAnew)
}

/// Whether the newest checkpoint is signed by one of these keys.
fn is_signed(tree: &rows::Tree, keys: &[rows::Key]) -> Result<bool, Failure> {
    let Some(note) = &tree.checkpoint else { return Ok(false) };
    Ok(keys::signed_by(note, keys)?.is_some())
}

fn tell(ctx: &Context, note: &str) {
    let words = "the audit trail does not lead to the newest checkpoint outside";
    ctx.log(Level::Error, words, &[("checkpoint", note)]);
}

fn checkpoint_text(note: &str) -> Option<String> {
    Checkpoint::of_note(note).ok().map(|(_, checkpoint)| checkpoint.to_string())
}

/// Whether the tree has grown from it, whatever its name was then. A row that says so proves nothing: the hashes do.
async fn leads_to(ctx: &Context, signed: &mut Signed, outside: &Checkpoint) -> Result<bool, Failure> {
    if outside.size > signed.size() {
        return Ok(false);
    }
    if let Some(prefix) = signed.prefix(outside.size).await? {
        return Ok(prefix.root() == outside.root);
    }
    // What would prove it was dropped along with its leaves; or somebody has altered it, which is no reason for another origin.
    if outside.size >= kept_from(signed).await? {
        let words =
            "the audit trail can't be compared with a checkpoint: a part of it was altered or removed";
        ctx.log(Level::Error, words, &[("checkpoint", &outside.to_string())]);
    }
    Ok(true)
}

/// Whether the trail has begun its present name because it could not lead to this checkpoint, or to a later one of the same name.
///
/// # Errors
///
/// As [`Signed::newest`].
pub async fn is_given_up(ctx: &Context, signed: &mut Signed, outside: &Checkpoint) -> Result<bool, Failure> {
    let origin = signed.tree.origin.clone();
    if outside.origin == origin {
        return Ok(false);
    }
    let sealed = signed.newest(Kind::AuditBegun, |event| begun::told(event, &origin)).await?;
    let begun = match sealed {
        Some((_, begun)) => Some(begun),
        None => begun::announced(ctx, &origin).await?,
    };
    let follows = begun.and_then(|begun| Checkpoint::parse(&begun.follows).ok());
    Ok(follows.is_some_and(|it| it.origin == outside.origin && it.size >= outside.size))
}

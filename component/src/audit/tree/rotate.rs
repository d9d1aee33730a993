//! Rotation of the key that signs checkpoints, by an event that the old key signs for.

use super::{
    begin, begun,
    keys::{CheckpointKey, Keys},
    rows::{self, Head},
    seal_all,
    signed::Tree,
};
use crate::{
    commit::{self, Change},
    context::Context,
    error::{Bug, Failure},
    events::{Event, EventType},
};
use mana_auth_audit::{Checkpoint, VerifierKey};

/// The key that signs now, and those before it, newest first.
///
/// # Errors
///
/// Where storage fails.
pub async fn verifiers(ctx: &Context) -> Result<Vec<VerifierKey>, Failure> {
    let mut tree = Tree::of(ctx, begin::head(ctx).await?).await?;
    let signing = tree.signing_key().await?;
    // A key that was made and does not sign yet is left out.
    let before = tree.keys.iter().filter(|key| key.id < signing.id);
    [&signing].into_iter().chain(before).map(|key| key.verifier(&tree.head.origin)).collect()
}

/// Makes another key, which signs from here on.
///
/// The event that names it is written twice. The first is the last leaf that the old key signs for, the
/// second the first leaf that the new key signs for. So a verifier that knows either key accepts both.
///
/// Where the old key can't be opened, it can't sign for another: the log goes on under another origin.
///
/// # Errors
///
/// Where storage fails, or the audit log is not what was signed.
pub async fn rotate_key(ctx: &Context) -> Result<VerifierKey, Failure> {
    let head = begin::head(ctx).await?;
    let is_lost = is_lost(ctx, &head).await?;
    if is_lost {
        begin::with_another_key(ctx, &head).await?;
    }
    // A key signs for its successor only once it has signed something itself.
    seal_all(ctx).await?;
    if is_lost {
        return newest(ctx).await;
    }
    let key = CheckpointKey::new(ctx)?;
    let verifier = key.verifier(&begin::head(ctx).await?.origin)?;
    let event = || Event::anonymous(EventType::AuditKeyRotated).with("key", verifier.to_string());
    let mut change = Change::of(rows::insert_key(&key, ctx.now));
    change.record(event());
    change.commit(ctx).await?;
    seal_all(ctx).await?;
    commit::event(ctx, event()).await?;
    seal_all(ctx).await?;
    if newest(ctx).await?.public().to_bytes() != key.public {
        return Err(Bug::AuditLog(
            "the new key does not sign: another was made, or its event was removed".into(),
        )
        .into());
    }
    Ok(verifier)
}

/// The key that signs now.
async fn newest(ctx: &Context) -> Result<VerifierKey, Failure> {
    verifiers(ctx).await?.into_iter().next().ok_or_else(|| Bug::Undecryptable.into())
}

/// Whether the key that signs is lost: its row is there, and no configured secret opens it.
async fn is_lost(ctx: &Context, head: &Head) -> Result<bool, Failure> {
    let newest = head.checkpoint.as_deref().and_then(|note| Checkpoint::of_note(note).ok());
    let is_begun = newest.as_ref().is_none_or(|(_, checkpoint)| checkpoint.origin != head.origin);
    let begun = if is_begun { begun::announced(ctx, &head.origin).await? } else { None };
    let keys = Keys::all().await?;
    if let Some(begun) = begun {
        let named = begun.key.and_then(|public| keys.with_public(public));
        return Ok(!named.is_some_and(|key| key.opens(ctx)));
    }
    let Some(note) = &head.checkpoint else { return Ok(head.frontier.size() == 0) };
    // A row may hold no key at all.
    let keys = keys.only(|key| key.public().is_ok());
    Ok(keys.signer_of(note)?.is_some_and(|(_, key)| !key.opens(ctx)))
}

//! Which key signs now, and another one in its place: by an event that the old one signs for.

use super::{
    begin, begun, keys,
    rows::{self, Key, Tree},
    seal_all,
    signed::Signed,
    signing,
};
use crate::{
    commit::{self, Change},
    context::Context,
    error::{Bug, Failure},
    events::{Event, Kind},
};
use mana_auth_audit::{Checkpoint, VerifierKey};

/// The key that signs now, and those before it, newest first.
///
/// # Errors
///
/// Where storage fails.
pub async fn verifiers(ctx: &Context) -> Result<Vec<VerifierKey>, Failure> {
    let tree = begin::tree(ctx).await?;
    let keys = keys::ours(ctx).await?;
    let mut signed = Signed::of(ctx, tree, &keys).await?;
    let signing = signing::next(&mut signed, &keys).await?;
    // One that was made and does not sign yet is nobody's business.
    let before = keys.iter().filter(|key| key.id < signing.id);
    [&signing].into_iter().chain(before).map(|key| rows::verifier(key, &signed.tree.origin)).collect()
}

/// Makes another key sign from here on. The event that names it is the last thing that the old one signs for, and the first thing that
/// the new one signs for is an event that names it again, so that a verifier who has either is content. Where the old one can't be
/// opened, the trail goes on under another origin.
///
/// # Errors
///
/// Where storage fails, or the trail is not what was signed.
pub async fn rotate_key(ctx: &Context) -> Result<VerifierKey, Failure> {
    let tree = begin::tree(ctx).await?;
    let is_lost = is_lost(ctx, &tree).await?;
    if is_lost {
        begin::with_another_key(ctx, &tree).await?;
    }
    // A key signs for its successor only once it has signed something itself.
    seal_all(ctx).await?;
    if is_lost {
        return newest(ctx).await;
    }
    let key = keys::new(ctx)?;
    let verifier = rows::verifier(&key, &begin::tree(ctx).await?.origin)?;
    let event = || Event::anonymous(Kind::AuditKeyRotated).with("key", verifier.to_string());
    let mut change = Change::of(rows::insert_key(&key, ctx.now));
    change.record(event());
    change.commit(ctx).await?;
    seal_all(ctx).await?;
    commit::event(ctx, event()).await?;
    seal_all(ctx).await?;
    if newest(ctx).await?.public().to_bytes() != key.public {
        return Err(Bug::Trail(
            "the new key does not sign: another was made, or its event was removed".into(),
        )
        .into());
    }
    Ok(verifier)
}

/// The key that signs now.
async fn newest(ctx: &Context) -> Result<VerifierKey, Failure> {
    verifiers(ctx).await?.into_iter().next().ok_or_else(|| Bug::Sealed.into())
}

/// Whether the tree's key is lost. A lost key has a row that no secret opens.
async fn is_lost(ctx: &Context, tree: &Tree) -> Result<bool, Failure> {
    let newest = tree.checkpoint.as_deref().and_then(|note| Checkpoint::of_note(note).ok());
    let is_begun = newest.as_ref().is_none_or(|(_, checkpoint)| checkpoint.origin != tree.origin);
    let begun = if is_begun { begun::announced(ctx, &tree.origin).await? } else { None };
    let keys = rows::keys().await?;
    let opens = |public| keys::of_public(public, &keys).is_some_and(|key| keys::open(ctx, key).is_ok());
    if let Some(begun) = begun {
        return Ok(!begun.key.is_some_and(opens));
    }
    let Some(note) = &tree.checkpoint else { return Ok(tree.frontier.size() == 0) };
    // A row may be no key at all.
    let keys: Vec<Key> = keys.into_iter().filter(|key| rows::public(key).is_ok()).collect();
    Ok(keys::signed_by(note, &keys)?.is_some_and(|(_, key)| keys::open(ctx, key).is_err()))
}

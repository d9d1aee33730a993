//! The key that signs checkpoints: sealed at rest, and replaced by an event that the old one signs for.

use super::{
    begin,
    rows::{self, Key, Tree},
    seal_all,
    signed::{Signed, signed_by},
    signing,
};
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::{Bug, Error},
    platform,
    settings::{Purpose, SecretVersion},
    storage::Change,
};
use mana_auth_audit::{Checkpoint, PublicKey, VerifierKey};
use zeroize::Zeroizing;

/// A new key.
pub fn new(ctx: &Context) -> Result<Key, Error> {
    let seed = Zeroizing::new(platform::random::<32>());
    let public = PublicKey::of_seed(&seed).to_bytes();
    let keyring = &ctx.settings.keyring;
    let private =
        keyring.seal(Purpose::SealAuditKey, &public, platform::random(), &*seed).ok_or(Bug::Sealed)?;
    Ok(Key { id: 0, public, private, secret_version: keyring.newest() })
}

/// The private part of a key.
pub fn open(ctx: &Context, key: &Key) -> Result<Zeroizing<[u8; 32]>, Error> {
    let seed =
        ctx.settings.keyring.open(key.secret_version, Purpose::SealAuditKey, &key.public, &key.private);
    let seed = seed.and_then(|seed| seed.as_slice().try_into().ok()).ok_or(Bug::Sealed)?;
    Ok(Zeroizing::new(seed))
}

/// The keys that are ours: those whose private part opens. Anyone who can write rows can put a key of their own among them.
///
/// # Errors
///
/// Where storage fails.
pub async fn ours(ctx: &Context) -> Result<Vec<Key>, Error> {
    Ok(rows::keys().await?.into_iter().filter(|key| open(ctx, key).is_ok()).collect())
}

/// The versions of the secret that keys are sealed under.
///
/// # Errors
///
/// Where storage fails.
pub async fn secrets_in_use() -> Result<Vec<SecretVersion>, Error> {
    Ok(rows::keys().await?.into_iter().map(|key| key.secret_version).collect())
}

/// The key that signs now, and those before it, newest first.
///
/// # Errors
///
/// Where storage fails.
pub async fn keys(ctx: &Context) -> Result<Vec<VerifierKey>, Error> {
    let tree = begin::tree(ctx).await?;
    let keys = ours(ctx).await?;
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
pub async fn rotate_key(ctx: &Context) -> Result<VerifierKey, Error> {
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
    let key = new(ctx)?;
    let verifier = rows::verifier(&key, &begin::tree(ctx).await?.origin)?;
    let event = || Event::anonymous(Kind::AuditKeyRotated).with("key", verifier.to_string());
    Change::new().and(rows::insert_key(&key, ctx.now)).record(event()).commit(ctx).await?;
    seal_all(ctx).await?;
    Change::new().record(event()).commit(ctx).await?;
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
async fn newest(ctx: &Context) -> Result<VerifierKey, Error> {
    keys(ctx).await?.into_iter().next().ok_or_else(|| Bug::Sealed.into())
}

/// Whether the tree's key is lost. A lost key has a row that no secret opens.
async fn is_lost(ctx: &Context, tree: &Tree) -> Result<bool, Error> {
    let newest = tree.checkpoint.as_deref().and_then(|note| Checkpoint::of_note(note).ok());
    let is_begun = newest.as_ref().is_none_or(|(_, checkpoint)| checkpoint.origin != tree.origin);
    let begun = if is_begun { begin::announced(ctx, &tree.origin).await? } else { None };
    let keys = rows::keys().await?;
    let opens = |public| signing::with(public, &keys).is_some_and(|key| open(ctx, key).is_ok());
    if let Some(begun) = begun {
        return Ok(!begun.key.is_some_and(opens));
    }
    let Some(note) = &tree.checkpoint else { return Ok(tree.frontier.size() == 0) };
    // A row may be no key at all.
    let keys: Vec<Key> = keys.into_iter().filter(|key| rows::public(key).is_ok()).collect();
    Ok(signed_by(note, &keys)?.is_some_and(|(_, key)| open(ctx, key).is_err()))
}

/// Seals under the newest secret whatever is sealed under an older one. Returns how many keys it was. What can't be opened is none of
/// ours.
///
/// # Errors
///
/// Where storage fails.
pub async fn reseal(ctx: &Context) -> Result<u64, Error> {
    let keyring = &ctx.settings.keyring;
    let mut resealed = 0;
    for key in rows::keys().await? {
        if key.secret_version == keyring.newest() {
            continue;
        }
        let (version, nonce) = (key.secret_version, platform::random());
        let private = keyring.reseal(version, Purpose::SealAuditKey, &key.public, nonce, &key.private);
        let Some(private) = private else { continue };
        Change::new().and(rows::reseal_key(&key, private, keyring.newest())).commit(ctx).await?;
        resealed += 1;
    }
    Ok(resealed)
}

//! Making keys: the first one, the next one when it is due, and the next one on request.

use super::{Key, PUBLISHED_AHEAD, rotation, rows};
use crate::{
    commit::Change,
    context::Context,
    error::{Bug, Failure},
    events::{Event, EventType},
    platform,
    secrets::{Purpose, WrappedKey},
    time::Time,
};
use mana_auth_tokens::SigningKey;
use zeroize::Zeroizing;

/// Makes the key that is due beside these, if one is. Returns how many were made.
///
/// # Errors
///
/// Where storage fails.
pub async fn ensure(ctx: &Context, keys: &[Key]) -> Result<u64, Failure> {
    let usable = keys.iter().filter(|key| key.revoked_at.is_none()).map(|key| key.signs_from);
    let Some(signs_from) = rotation::due(usable, ctx.now, ctx.settings.key_rotation) else { return Ok(0) };
    let mut change = Change::new();
    make(ctx, &mut change, signs_from)?;
    change.commit(ctx).await?;
    Ok(1)
}

/// Makes the next key, or returns the one that is already published for it.
///
/// # Errors
///
/// Where storage fails.
pub async fn rotate(ctx: &Context) -> Result<Key, Failure> {
    let is_pending = |key: &Key| key.revoked_at.is_none() && rotation::is_pending(key.signs_from, ctx.now);
    if let Some(key) = rows::all().await?.into_iter().find(is_pending) {
        return Ok(key);
    }
    let mut change = Change::new();
    let key = make(ctx, &mut change, ctx.now + PUBLISHED_AHEAD)?;
    change.commit(ctx).await?;
    Ok(key)
}

/// Adds the making of a key to a change.
///
/// # Errors
///
/// A bug where the newest secret can't wrap it.
pub(super) fn make(ctx: &Context, change: &mut Change, signs_from: Time) -> Result<Key, Failure> {
    let seed = Zeroizing::new(platform::random::<32>());
    let public = SigningKey::from_seed(*seed).public().clone();
    let context = public.kid().as_bytes();
    let private = WrappedKey::wrap(&ctx.settings.keyring, Purpose::WrapSigningKey, context, &seed);
    let private = private.ok_or(Bug::Undecryptable)?;
    let key = Key { public, created_at: ctx.now, signs_from, revoked_at: None, private };
    change.add(rows::insert(&key));
    change.record(Event::anonymous(EventType::KeysRotated).with("kid", key.public.kid()));
    Ok(key)
}

/// Wraps under the newest secret every key that is wrapped under an older one, unless it was revoked. Returns
/// the number of keys.
///
/// # Errors
///
/// Where storage fails, or a key can't be decrypted.
pub async fn rewrap(ctx: &Context) -> Result<u64, Failure> {
    let keyring = &ctx.settings.keyring;
    let mut rewrapped = 0;
    for key in rows::all().await? {
        if key.secret_version() == keyring.newest() || key.revoked_at.is_some() {
            continue;
        }
        let private = key.private.rewrap(keyring, Purpose::WrapSigningKey, key.public.kid().as_bytes());
        Change::of(rows::rewrap(&key, &private.ok_or(Bug::Undecryptable)?)).commit(ctx).await?;
        rewrapped += 1;
    }
    Ok(rewrapped)
}

//! Making keys: the first one, the next one when it is due, and the next one on request.

use super::{Key, PUBLISHED_AHEAD, rotation, rows};
use crate::{
    commit::Change,
    context::Context,
    error::{Bug, Failure},
    events::{Event, Kind},
    platform,
    secrets::Purpose,
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
/// A bug where the newest secret can't seal it.
pub(super) fn make(ctx: &Context, change: &mut Change, signs_from: Time) -> Result<Key, Failure> {
    let seed = Zeroizing::new(platform::random::<32>());
    let public = SigningKey::from_seed(*seed).public().clone();
    let keyring = &ctx.settings.keyring;
    let private = keyring.seal(Purpose::SealSigningKey, public.kid().as_bytes(), platform::random(), &*seed);
    let key =
        Key { public, created_at: ctx.now, signs_from, revoked_at: None, secret_version: keyring.newest() };
    let event = Event::anonymous(Kind::KeysRotated).with("kid", key.public.kid());
    let sealed = rows::Sealed { key, private: private.ok_or(Bug::Sealed)? };
    change.add(rows::insert(&sealed));
    change.record(event);
    Ok(sealed.key)
}

/// Seals under the newest secret whatever is sealed under an older one. Returns how many keys it was.
///
/// # Errors
///
/// Where storage fails, or a key can't be opened.
pub async fn reseal(ctx: &Context) -> Result<u64, Failure> {
    let keyring = &ctx.settings.keyring;
    let mut resealed = 0;
    for sealed in rows::sealed().await?.1 {
        let version = sealed.key.secret_version;
        if version == keyring.newest() || sealed.key.revoked_at.is_some() {
            continue;
        }
        let (kid, nonce) = (sealed.key.public.kid(), platform::random());
        let private =
            keyring.reseal(version, Purpose::SealSigningKey, kid.as_bytes(), nonce, &sealed.private);
        let statement = rows::reseal(kid, version, keyring.newest(), private.ok_or(Bug::Sealed)?);
        Change::of(statement).commit(ctx).await?;
        resealed += 1;
    }
    Ok(resealed)
}

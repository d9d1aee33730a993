//! Making keys: the first one, the next one when it is due, and the next one on request.

use super::{Key, PUBLISHED_AHEAD, rotation, rows};
use crate::{
    commit::{Change, Refused},
    context::Context,
    error::{Bug, Error},
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
pub async fn ensure(ctx: &Context, keys: &[Key]) -> Result<u64, Error> {
    let usable = keys.iter().filter(|key| key.revoked_at.is_none()).map(|key| key.signs_from);
    let Some(signs_from) = rotation::due(usable, ctx.now, ctx.settings.key_rotation) else { return Ok(0) };
    make(ctx, signs_from, Change::new()).await?;
    Ok(1)
}

/// Makes the next key, or returns the one that is already published for it.
///
/// # Errors
///
/// Where storage fails.
pub async fn rotate(ctx: &Context) -> Result<Key, Error> {
    let is_pending = |key: &Key| key.revoked_at.is_none() && rotation::is_pending(key.signs_from, ctx.now);
    match rows::all().await?.into_iter().find(is_pending) {
        Some(key) => Ok(key),
        None => Ok(make(ctx, ctx.now + PUBLISHED_AHEAD, Change::new()).await?),
    }
}

/// Makes a key, in one commit with `change`.
pub(super) async fn make(ctx: &Context, signs_from: Time, change: Change) -> Result<Key, Refused> {
    let seed = Zeroizing::new(platform::random::<32>());
    let public = SigningKey::from_seed(*seed).public().clone();
    let keyring = &ctx.settings.keyring;
    let private = keyring.seal(Purpose::SealSigningKey, public.kid().as_bytes(), platform::random(), &*seed);
    let key =
        Key { public, created_at: ctx.now, signs_from, revoked_at: None, secret_version: keyring.newest() };
    let event = Event::anonymous(Kind::KeysRotated).with("kid", key.public.kid());
    let sealed = rows::Sealed { key, private: private.ok_or(Refused::Failed(Bug::Sealed.into()))? };
    change.and(rows::insert(&sealed)).record(event).commit(ctx).await?;
    Ok(sealed.key)
}

/// Seals under the newest secret whatever is sealed under an older one. Returns how many keys it was.
///
/// # Errors
///
/// Where storage fails, or a key can't be opened.
pub async fn reseal(ctx: &Context) -> Result<u64, Error> {
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
        Change::new().and(statement).commit(ctx).await?;
        resealed += 1;
    }
    Ok(resealed)
}

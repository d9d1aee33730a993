//! The key that signs checkpoints: sealed at rest, and replaced by an event that the old one signs for.

use super::{begin, rows, rows::Key, seal};
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::{Bug, Error},
    platform,
    settings::{Purpose, SecretVersion},
    storage::{Change, Refused},
};
use mana_auth_audit::{PublicKey, VerifierKey};
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

/// The keys that are ours, newest first: those whose private part opens. Anyone who can write rows can put a key of their own among
/// them.
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
    // One that was made and does not sign yet is nobody's business.
    let used = keys.iter().filter(|key| key.id <= tree.key.id);
    used.map(|key| rows::verifier(key, &tree.origin)).collect()
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
    if open(ctx, &tree.key).is_err() {
        begin::with_another_key(ctx, &tree).await?;
        while seal(ctx).await?.more {}
        let tree = begin::tree(ctx).await?;
        return rows::verifier(&tree.key, &tree.origin);
    }
    let key = new(ctx)?;
    let verifier = rows::verifier(&key, &tree.origin)?;
    let event = || Event::anonymous(Kind::AuditKeyRotated).with("key", verifier.to_string());
    Change::new().and(rows::insert_key(&key, ctx.now)).record(event()).commit(ctx).await?;
    // Sealing takes it up once nothing is left to seal.
    while seal(ctx).await?.more {}
    Change::new().record(event()).commit(ctx).await?;
    while seal(ctx).await?.more {}
    Ok(verifier)
}

/// Takes up the newest of these keys, if it is another than the one that signs. Everything up to the event that names it must
/// be sealed with the one before.
pub async fn take_up_newest(ctx: &Context, signing: &Key, keys: &[Key]) -> Result<(), Error> {
    let Some(newest) = keys.first().filter(|newest| newest.id > signing.id) else { return Ok(()) };
    match Change::new().and(rows::use_key(signing.id, newest)).commit(ctx).await {
        // Another process was faster.
        Ok(_) | Err(Refused::Unmet(_)) => Ok(()),
        Err(refused) => Err(refused.into()),
    }
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

//! The keys that sign checkpoints, sealed at rest.

use super::rows::{self, Key};
use crate::{
    commit::Change,
    context::Context,
    error::{Bug, Failure},
    platform,
    secrets::{Purpose, SecretVersion},
};
use mana_auth_audit::{Checkpoint, PublicKey, Stored, VerifierKey};
use serde_json::Value;
use zeroize::Zeroizing;

/// A new key.
pub fn new(ctx: &Context) -> Result<Key, Failure> {
    let seed = Zeroizing::new(platform::random::<32>());
    let public = PublicKey::of_seed(&seed).to_bytes();
    let keyring = &ctx.settings.keyring;
    let private =
        keyring.seal(Purpose::SealAuditKey, &public, platform::random(), &*seed).ok_or(Bug::Sealed)?;
    Ok(Key { id: 0, public, private, secret_version: keyring.newest() })
}

/// The private part of a key.
pub fn open(ctx: &Context, key: &Key) -> Result<Zeroizing<[u8; 32]>, Failure> {
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
pub async fn ours(ctx: &Context) -> Result<Vec<Key>, Failure> {
    Ok(rows::keys().await?.into_iter().filter(|key| open(ctx, key).is_ok()).collect())
}

/// The versions of the secret that keys are sealed under.
///
/// # Errors
///
/// Where storage fails.
pub async fn secrets_in_use() -> Result<Vec<SecretVersion>, Failure> {
    Ok(rows::keys().await?.into_iter().map(|key| key.secret_version).collect())
}

/// Seals under the newest secret whatever is sealed under an older one. Returns how many keys it was. What can't be opened is none of
/// ours.
///
/// # Errors
///
/// Where storage fails.
pub async fn reseal(ctx: &Context) -> Result<u64, Failure> {
    let keyring = &ctx.settings.keyring;
    let mut resealed = 0;
    for key in rows::keys().await? {
        if key.secret_version == keyring.newest() {
            continue;
        }
        let (version, nonce) = (key.secret_version, platform::random());
        let private = keyring.reseal(version, Purpose::SealAuditKey, &key.public, nonce, &key.private);
        let Some(private) = private else { continue };
        Change::of(rows::reseal_key(&key, private, keyring.newest())).commit(ctx).await?;
        resealed += 1;
    }
    Ok(resealed)
}

/// The key with this public part.
pub fn of_public(public: [u8; 32], keys: &[Key]) -> Option<&Key> {
    keys.iter().find(|key| key.public == public)
}

/// The public part of the key that an event of the service's own names.
pub fn named_by(event: &Stored) -> Option<[u8; 32]> {
    let told: Value = serde_json::from_str(event.metadata.as_deref()?).ok()?;
    let key: VerifierKey = told.get("key")?.as_str()?.parse().ok()?;
    Some(key.public().to_bytes())
}

/// The checkpoint of a note, and the key of these that signed it, under any origin. None where none did, or the
/// note is no checkpoint.
///
/// # Errors
///
/// If the row of a key does not hold a key.
pub fn signed_by<'k>(note: &str, keys: &'k [Key]) -> Result<Option<(Checkpoint, &'k Key)>, Failure> {
    let Ok((note, checkpoint)) = Checkpoint::of_note(note) else { return Ok(None) };
    for key in keys {
        if note.is_signed_by(&rows::verifier(key, &checkpoint.origin)?) {
            return Ok(Some((checkpoint, key)));
        }
    }
    Ok(None)
}

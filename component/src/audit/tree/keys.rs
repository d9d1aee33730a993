//! The keys that sign checkpoints. Their private parts are wrapped at rest.

use super::rows::{self, Key};
use crate::{
    commit::Change,
    context::Context,
    error::{Bug, Failure},
    platform,
    secrets::{Purpose, SecretVersion, WrappedKey},
};
use mana_auth_audit::{Checkpoint, PublicKey, Stored, VerifierKey};
use serde_json::Value;
use zeroize::Zeroizing;

/// A new key.
pub fn new(ctx: &Context) -> Result<Key, Failure> {
    let seed = Zeroizing::new(platform::random::<32>());
    let public = PublicKey::of_seed(&seed).to_bytes();
    let private = WrappedKey::wrap(&ctx.settings.keyring, Purpose::WrapAuditKey, &public, &seed);
    Ok(Key { id: 0, public, private: private.ok_or(Bug::Sealed)? })
}

/// The private part of a key.
pub fn open(ctx: &Context, key: &Key) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let seed = key.private.open(&ctx.settings.keyring, Purpose::WrapAuditKey, &key.public);
    seed.ok_or_else(|| Bug::Sealed.into())
}

/// The keys that are ours: those whose private part opens. Anyone who can write rows can put a key of their own among them.
///
/// # Errors
///
/// Where storage fails.
pub async fn ours(ctx: &Context) -> Result<Vec<Key>, Failure> {
    Ok(rows::keys().await?.into_iter().filter(|key| open(ctx, key).is_ok()).collect())
}

/// The versions of the secret that keys are wrapped under.
///
/// # Errors
///
/// Where storage fails.
pub async fn secrets_in_use() -> Result<Vec<SecretVersion>, Failure> {
    Ok(rows::keys().await?.into_iter().map(|key| key.private.version()).collect())
}

/// Wraps under the newest secret every key that is wrapped under an older one. Returns the number of keys. A key
/// that can't be opened is none of ours, and stays as it is.
///
/// # Errors
///
/// Where storage fails.
pub async fn rewrap_keys(ctx: &Context) -> Result<u64, Failure> {
    let keyring = &ctx.settings.keyring;
    let mut rewrapped = 0;
    for key in rows::keys().await?.iter().filter(|key| key.private.version() != keyring.newest()) {
        let private = key.private.rewrap(keyring, Purpose::WrapAuditKey, &key.public);
        let Some(private) = private else { continue };
        Change::of(rows::rewrap_key(key, &private)).commit(ctx).await?;
        rewrapped += 1;
    }
    Ok(rewrapped)
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

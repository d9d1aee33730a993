//! The keys that sign checkpoints.

use super::rows;
pub use super::rows::CheckpointKey;
use crate::{
    commit::Change,
    context::Context,
    error::{Bug, Failure},
    platform,
    secrets::{Purpose, SecretVersion, WrappedKey},
};
use mana_auth_audit::{Checkpoint, KeyName, PublicKey, Stored, VerifierKey};
use serde_json::Value;
use zeroize::Zeroizing;

/// Some of the keys, newest first.
pub struct Keys(Vec<CheckpointKey>);

impl CheckpointKey {
    /// A new key. Its id comes with its row.
    pub fn new(ctx: &Context) -> Result<Self, Failure> {
        let seed = Zeroizing::new(platform::random::<32>());
        let public = PublicKey::of_seed(&seed).to_bytes();
        let private = WrappedKey::wrap(&ctx.settings.keyring, Purpose::WrapAuditKey, &public, &seed);
        Ok(Self { id: 0, public, private: private.ok_or(Bug::Undecryptable)? })
    }

    /// The private part, decrypted.
    pub fn seed(&self, ctx: &Context) -> Result<Zeroizing<[u8; 32]>, Failure> {
        let seed = self.private.open(&ctx.settings.keyring, Purpose::WrapAuditKey, &self.public);
        seed.ok_or_else(|| Bug::Undecryptable.into())
    }

    /// Whether a configured secret opens the private part.
    pub fn opens(&self, ctx: &Context) -> bool {
        self.seed(ctx).is_ok()
    }

    /// The public part.
    pub fn public(&self) -> Result<PublicKey, Failure> {
        let public = PublicKey::from_bytes(&self.public);
        public.ok_or(Failure::Bug(Bug::AuditLog("a key is no point of the curve".into())))
    }

    /// The verifier key: the public part under the name of a log.
    pub fn verifier(&self, name: &KeyName) -> Result<VerifierKey, Failure> {
        Ok(self.public()?.named(name.clone()))
    }

    /// Whether this key signed a checkpoint, under any origin.
    pub fn has_signed(&self, note: &str) -> Result<bool, Failure> {
        Ok(signer_of(note, std::slice::from_ref(self))?.is_some())
    }
}

impl Keys {
    /// The keys that are ours: those whose private part opens. Anyone who can write rows can put a key of
    /// their own among them.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn ours(ctx: &Context) -> Result<Self, Failure> {
        Ok(Self::all().await?.only(|key| key.opens(ctx)))
    }

    /// Every row that can be a key, also those that don't open.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn all() -> Result<Self, Failure> {
        Ok(Self(rows::keys().await?))
    }

    /// Those of which something is true.
    pub fn only(self, is_true: impl Fn(&CheckpointKey) -> bool) -> Self {
        Self(self.0.into_iter().filter(is_true).collect())
    }

    /// The key with this public part.
    pub fn with_public(&self, public: [u8; 32]) -> Option<&CheckpointKey> {
        self.iter().find(|key| key.public == public)
    }

    /// The checkpoint of a note, and the key that signed it, under any origin. None where no key did, or the
    /// note is no checkpoint.
    ///
    /// # Errors
    ///
    /// If the row of a key does not hold a key.
    pub fn signer_of(&self, note: &str) -> Result<Option<(Checkpoint, &CheckpointKey)>, Failure> {
        signer_of(note, &self.0)
    }

    /// Each key, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &CheckpointKey> {
        self.0.iter()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn signer_of<'k>(
    note: &str,
    keys: &'k [CheckpointKey],
) -> Result<Option<(Checkpoint, &'k CheckpointKey)>, Failure> {
    let Ok((note, checkpoint)) = Checkpoint::of_note(note) else { return Ok(None) };
    for key in keys {
        if note.is_signed_by(&key.verifier(&checkpoint.origin)?) {
            return Ok(Some((checkpoint, key)));
        }
    }
    Ok(None)
}

/// The public part of the key that an event of the service's own names.
pub fn named_by(event: &Stored) -> Option<[u8; 32]> {
    let metadata: Value = serde_json::from_str(event.metadata.as_deref()?).ok()?;
    let key: VerifierKey = metadata.get("key")?.as_str()?.parse().ok()?;
    Some(key.public().to_bytes())
}

/// The versions of the secret that keys are wrapped under.
///
/// # Errors
///
/// Where storage fails.
pub async fn secrets_in_use() -> Result<Vec<SecretVersion>, Failure> {
    Ok(Keys::all().await?.iter().map(|key| key.private.version()).collect())
}

/// Wraps under the newest secret every key that is wrapped under an older one. Returns the number of keys. A
/// key that can't be opened is none of ours, and stays as it is.
///
/// # Errors
///
/// Where storage fails.
pub async fn rewrap_keys(ctx: &Context) -> Result<u64, Failure> {
    let keyring = &ctx.settings.keyring;
    let mut rewrapped = 0;
    for key in Keys::all().await?.iter().filter(|key| key.private.version() != keyring.newest()) {
        let private = key.private.rewrap(keyring, Purpose::WrapAuditKey, &key.public);
        let Some(private) = private else { continue };
        Change::of(rows::rewrap_key(key, &private)).commit(ctx).await?;
        rewrapped += 1;
    }
    Ok(rewrapped)
}

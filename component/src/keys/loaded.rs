//! The keys as an instance holds them.

use super::{Key, rows, signer};
use crate::{
    error::{Bug, Failure},
    invalidations::{self, Freshness, Position, Snapshot, Subject},
    settings::Settings,
    time::Time,
};
use mana_auth_tokens::{KeySet, SigningKey};
use std::sync::{Arc, Mutex};

/// The keys, as they were read.
pub struct Keys {
    /// What tells them from any others.
    version: Option<String>,
    keys: Vec<Key>,
    signing: Vec<SigningKey>,
    accepted: KeySet,
    revoked: KeySet,
    /// How far they are known to be the current ones.
    as_of: Mutex<Position>,
}

static LOADED: Mutex<Option<Arc<Keys>>> = Mutex::new(None);

/// The keys that this instance has in memory, however old; loaded where it has none.
///
/// # Errors
///
/// Where storage fails, or a key can't be decrypted.
pub async fn cached(settings: &Settings) -> Result<Arc<Keys>, Failure> {
    match in_memory() {
        Some(keys) => Ok(keys),
        None => load(settings).await,
    }
}

/// The keys as they are now, without a query where none of them changed.
///
/// # Errors
///
/// Where storage fails, or a key can't be decrypted.
pub async fn current(settings: &Settings) -> Result<Arc<Keys>, Failure> {
    if let Some(keys) = in_memory()
        && let Freshness::Current(position) = invalidations::check(&[Subject::Keys], keys.as_of()).await
    {
        keys.set_as_of(position);
        return Ok(keys);
    }
    at(&Snapshot::now().await?, settings).await
}

/// The keys at this place in the order of commits, or a later one.
///
/// # Errors
///
/// Where storage fails, or a key can't be decrypted.
pub async fn at(snapshot: &Snapshot, settings: &Settings) -> Result<Arc<Keys>, Failure> {
    match in_memory() {
        Some(keys) if keys.version == snapshot.keys => {
            keys.set_as_of(snapshot.as_of);
            Ok(keys)
        }
        _ => load(settings).await,
    }
}

fn in_memory() -> Option<Arc<Keys>> {
    LOADED.lock().ok()?.clone()
}

async fn load(settings: &Settings) -> Result<Arc<Keys>, Failure> {
    let (snapshot, keys) = rows::all_at().await?;
    let mut signing = Vec::with_capacity(keys.len());
    for key in keys.iter().filter(|key| key.revoked_at.is_none()) {
        signing.push(SigningKey::from_seed(*key.seed(&settings.keyring)?));
    }
    let accepted = KeySet::from_keys(signing.iter().map(|key| key.public().clone()));
    let revoked = keys.iter().filter(|key| key.revoked_at.is_some()).map(|key| key.public.clone());
    let revoked = KeySet::from_keys(revoked);
    let (as_of, version) = snapshot.map(|snapshot| (snapshot.as_of, snapshot.keys)).unwrap_or_default();
    let as_of = Mutex::new(as_of);
    let loaded = Arc::new(Keys { version, keys, signing, accepted, revoked, as_of });
    if let Ok(mut slot) = LOADED.lock() {
        *slot = Some(Arc::clone(&loaded));
    }
    Ok(loaded)
}

impl Keys {
    /// The position that they are known to be true at.
    #[must_use]
    pub fn as_of(&self) -> Position {
        self.as_of.lock().map(|as_of| *as_of).unwrap_or_default()
    }

    /// Notes that they are true at a position.
    pub fn set_as_of(&self, position: Position) {
        if let Ok(mut as_of) = self.as_of.lock() {
            *as_of = position;
        }
    }

    /// The keys that tokens are accepted from.
    #[must_use]
    pub const fn accepted(&self) -> &KeySet {
        &self.accepted
    }

    /// The keys that were revoked within the last month.
    #[must_use]
    pub const fn revoked(&self) -> &KeySet {
        &self.revoked
    }

    /// The key that signs at this moment.
    ///
    /// # Errors
    ///
    /// Where there is none, which start-up makes sure of.
    pub fn signer(&self, now: Time) -> Result<&SigningKey, Failure> {
        let kid = signer(&self.keys, now).map(|key| key.public.kid());
        let found = self.signing.iter().find(|key| Some(key.public().kid()) == kid);
        found.ok_or(Failure::Bug(Bug::Missing("a signing key")))
    }
}

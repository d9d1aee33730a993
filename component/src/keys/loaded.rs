//! The keys as an instance holds them.

use super::{Key, rows, signer};
use crate::{
    error::{Bug, Error},
    settings::{Purpose, Settings},
    time::Time,
};
use mana_auth_tokens::{KeySet, SigningKey};
use std::sync::{Arc, Mutex};

/// The keys at one position.
pub struct Keys {
    position: Option<i64>,
    keys: Vec<Key>,
    signing: Vec<SigningKey>,
    accepted: KeySet,
}

static LOADED: Mutex<Option<Arc<Keys>>> = Mutex::new(None);

/// The keys that this instance holds, however old; loaded where it holds none.
///
/// # Errors
///
/// Where storage fails, or a key can't be opened.
pub async fn known(settings: &Settings) -> Result<Arc<Keys>, Error> {
    match held() {
        Some(keys) => Ok(keys),
        None => load(settings).await,
    }
}

/// The keys as the database has them now.
///
/// # Errors
///
/// Where storage fails, or a key can't be opened.
pub async fn current(settings: &Settings) -> Result<Arc<Keys>, Error> {
    at(rows::position().await?, settings).await
}

/// The keys at this position, or a later one.
///
/// # Errors
///
/// Where storage fails, or a key can't be opened.
pub async fn at(position: Option<i64>, settings: &Settings) -> Result<Arc<Keys>, Error> {
    match held() {
        Some(keys) if keys.position == position => Ok(keys),
        _ => load(settings).await,
    }
}

fn held() -> Option<Arc<Keys>> {
    LOADED.lock().ok()?.clone()
}

async fn load(settings: &Settings) -> Result<Arc<Keys>, Error> {
    let (position, sealed) = rows::sealed().await?;
    let mut signing = Vec::with_capacity(sealed.len());
    for entry in sealed.iter().filter(|entry| entry.key.revoked_at.is_none()) {
        let key = &entry.key;
        let seed = settings
            .keyring
            .open(key.secret_version, Purpose::SealSigningKey, key.public.kid().as_bytes(), &entry.private)
            .and_then(|seed| seed.as_slice().try_into().ok())
            .ok_or(Bug::Sealed)?;
        signing.push(SigningKey::from_seed(seed));
    }
    let keys: Vec<Key> = sealed.into_iter().map(|entry| entry.key).collect();
    let accepted = KeySet::from_keys(signing.iter().map(|key| key.public().clone()));
    let loaded = Arc::new(Keys { position, keys, signing, accepted });
    if let Ok(mut slot) = LOADED.lock() {
        *slot = Some(Arc::clone(&loaded));
    }
    Ok(loaded)
}

impl Keys {
    /// What these keys are true of.
    #[must_use]
    pub const fn position(&self) -> Option<i64> {
        self.position
    }

    /// The keys that tokens are accepted from.
    #[must_use]
    pub const fn accepted(&self) -> &KeySet {
        &self.accepted
    }

    /// The key that signs at this moment.
    ///
    /// # Errors
    ///
    /// Where there is none, which start-up makes sure of.
    pub fn signer(&self, now: Time) -> Result<&SigningKey, Error> {
        let kid = signer(&self.keys, now).map(|key| key.public.kid());
        let found = self.signing.iter().find(|key| Some(key.public().kid()) == kid);
        found.ok_or(Error::Bug(Bug::Missing("a signing key")))
    }
}

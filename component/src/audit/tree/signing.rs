//! Which key signs: the one that signed the newest checkpoint, until the tree holds an event that names another, and for which the
//! first one has signed. What the rows of keys say of themselves, such as which is the newest, whoever wrote them decided: a key that
//! was replaced, perhaps because somebody else has it, must not be made to sign again.

use super::{
    rows::{self, Key},
    signed::{Signed, signed_by},
};
use crate::{
    audit::Kind,
    error::{Bug, Error},
};
use mana_auth_audit::{Stored, VerifierKey};
use serde_json::Value;

/// How many of the newest rotations are looked at. Who puts more rows before one could as well remove it.
const LOOKED_AT: u64 = 20;

/// The key that signs the next checkpoint.
///
/// # Errors
///
/// Where storage fails, or that key does not open.
pub async fn next(signed: &mut Signed, keys: &[Key]) -> Result<Key, Error> {
    let current = signed.signer.clone().ok_or(Bug::Sealed)?;
    for event in rows::sealed_of(Kind::AuditKeyRotated.name(), signed.size(), LOOKED_AT).await? {
        let Some(named) = told(&event).and_then(|public| with(public, keys)) else { continue };
        if named.public == current.public {
            break;
        }
        // Otherwise the event is older than this key, and tells of one that this key has replaced.
        if has_signed_before(&current, event.leaf).await? && signed.includes(&event).await? {
            return Ok(named.clone());
        }
    }
    Ok(current)
}

/// The key with this public part.
pub fn with(public: [u8; 32], keys: &[Key]) -> Option<&Key> {
    keys.iter().find(|key| key.public == public)
}

/// The public part of the key that an event of the service's own names.
pub fn told(event: &Stored) -> Option<[u8; 32]> {
    let told: Value = serde_json::from_str(event.metadata.as_deref()?).ok()?;
    let key: VerifierKey = told.get("key")?.as_str()?.parse().ok()?;
    Some(key.public().to_bytes())
}

/// Whether a key signed a checkpoint of no more leaves than come before this one.
async fn has_signed_before(key: &Key, leaf: u64) -> Result<bool, Error> {
    for (_, note) in rows::seals_until(leaf).await? {
        if signed_by(&note, std::slice::from_ref(key))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

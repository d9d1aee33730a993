//! Which key signs: the one that signed the newest checkpoint, until the tree holds an event that names another, and for which the
//! first one has signed. What the rows of keys say of themselves, such as which is the newest, whoever wrote them decided: a key that
//! was replaced, perhaps because somebody else has it, must not be made to sign again.

use super::{
    keys::{named_by, of_public, signed_by},
    rows::{self, Key},
    signed::Signed,
};
use crate::{
    error::{Bug, Failure},
    events::Kind,
};

/// How many of the newest rotations are looked at. Who puts more rows before one could as well remove it.
const LOOKED_AT: u32 = 20;

/// The key that signs the next checkpoint.
///
/// # Errors
///
/// Where storage fails, or that key does not open.
pub async fn next(signed: &mut Signed, keys: &[Key]) -> Result<Key, Failure> {
    let current = signed.signer.clone().ok_or(Bug::Sealed)?;
    let mut rotations = signed.claims(Kind::AuditKeyRotated);
    for _ in 0..LOOKED_AT {
        let Some(event) = rotations.next().await? else { break };
        let Some(named) = named_by(&event).and_then(|public| of_public(public, keys)) else { continue };
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

/// Whether a key signed a checkpoint of no more leaves than come before this one.
async fn has_signed_before(key: &Key, leaf: u64) -> Result<bool, Failure> {
    for (_, note) in rows::seals_until(leaf).await? {
        if signed_by(&note, std::slice::from_ref(key))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

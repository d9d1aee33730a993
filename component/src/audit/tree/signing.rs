//! Which key signs the next checkpoint.
//!
//! It is the key that signed the newest checkpoint, until the tree holds a rotation: an event that names
//! another key, and comes behind a checkpoint of the first one, so that the first one has signed for the
//! change. The rows of keys don't decide, not even which of them is the newest: whoever writes rows could
//! make a key sign again that was replaced because it was stolen.

use super::{
    keys::{CheckpointKey, named_by},
    rows,
    signed::Tree,
};
use crate::{
    error::{Bug, Failure},
    events::EventType,
};

/// The number of rotations that are looked at, from the newest. Whoever puts more rows before one could as
/// well remove it.
const LOOKED_AT: u32 = 20;

impl Tree {
    /// The key that signs the next checkpoint.
    ///
    /// # Errors
    ///
    /// Where storage fails, or that key does not open.
    pub async fn signing_key(&mut self) -> Result<CheckpointKey, Failure> {
        let current = self.signer.clone().ok_or(Bug::Undecryptable)?;
        let mut rotations = self.claims(EventType::AuditKeyRotated);
        for _ in 0..LOOKED_AT {
            let Some(event) = rotations.next().await? else { break };
            let named = named_by(&event).and_then(|public| self.keys.with_public(public)).cloned();
            let Some(named) = named else { continue };
            if named.public == current.public {
                break;
            }
            // A rotation before the first checkpoint of this key is older than the key: it names one that
            // this key has replaced.
            if has_signed_before(&current, event.leaf).await? && self.includes(&event).await? {
                return Ok(named);
            }
        }
        Ok(current)
    }
}

/// Whether a key signed a checkpoint of no more leaves than come before this one.
async fn has_signed_before(key: &CheckpointKey, leaf: u64) -> Result<bool, Failure> {
    for (_, note) in rows::seals_until(leaf).await? {
        if key.has_signed(&note)? {
            return Ok(true);
        }
    }
    Ok(false)
}

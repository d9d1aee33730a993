//! The event that a trail begins with under a name.

use super::{keys, unsealed};
use crate::{context::Context, error::Failure, events::Kind};
use mana_auth_audit::{Checkpoint, KeyName, Stored};
use serde_json::Value;

/// The content of an `audit_begun`.
pub struct Begun {
    /// Which checkpoint it goes on after; empty where it says none.
    pub follows: String,
    /// The public part of the key that signs it.
    pub key: Option<[u8; 32]>,
}

/// The beginning of the trail under this name, from an `audit_begun` of ours that waits to be sealed. None without one.
pub async fn announced(ctx: &Context, origin: &KeyName) -> Result<Option<Begun>, Failure> {
    unsealed::newest(ctx, Kind::AuditBegun, |event| told(event, origin)).await
}

/// The checkpoint that an `audit_begun` goes on after, if it says one.
pub fn follows(event: &Stored) -> Option<Checkpoint> {
    let told: Value = serde_json::from_str(event.metadata.as_deref()?).ok()?;
    Checkpoint::parse(told.get("follows")?.as_str()?).ok()
}

/// The beginning of the trail under this name, from an `audit_begun`. None where the event is about another name.
pub fn told(event: &Stored, origin: &KeyName) -> Option<Begun> {
    let told: Value = serde_json::from_str(event.metadata.as_deref()?).ok()?;
    let text = |member| told.get(member).and_then(Value::as_str);
    (text("origin") == Some(origin.as_str())).then(|| Begun {
        follows: text("follows").unwrap_or_default().to_owned(),
        key: keys::named_by(event),
    })
}

//! Reading an `audit_begun`, the event that the audit log begins with under an origin.

use super::{keys, unsealed};
use crate::{context::Context, error::Failure, events::EventType};
use mana_auth_audit::{Checkpoint, KeyName, Stored};
use serde_json::Value;

/// The content of an `audit_begun`.
pub struct Begun {
    /// The checkpoint that the log goes on after, as text; empty where the event names none.
    pub follows: String,
    /// The public part of the key that signs from here on.
    pub key: Option<[u8; 32]>,
}

/// The beginning of this origin, from an event of ours that waits to be sealed. None without such an event.
pub async fn announced(ctx: &Context, origin: &KeyName) -> Result<Option<Begun>, Failure> {
    unsealed::newest(ctx, EventType::AuditBegun, |event| of(event, origin)).await
}

/// The beginning of this origin, as an event tells it. None where the event is about another origin.
pub fn of(event: &Stored, origin: &KeyName) -> Option<Begun> {
    let metadata: Value = serde_json::from_str(event.metadata.as_deref()?).ok()?;
    let text = |member| metadata.get(member).and_then(Value::as_str);
    (text("origin") == Some(origin.as_str())).then(|| Begun {
        follows: text("follows").unwrap_or_default().to_owned(),
        key: keys::named_by(event),
    })
}

/// The checkpoint that an `audit_begun` goes on after, if it names one.
pub fn follows(event: &Stored) -> Option<Checkpoint> {
    let metadata: Value = serde_json::from_str(event.metadata.as_deref()?).ok()?;
    Checkpoint::parse(metadata.get("follows")?.as_str()?).ok()
}

//! The audit log as JSON Lines: what it takes to verify it again with nothing else.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mana_auth_audit::{Frontier, Stored};
use serde_json::{Value, json};
use std::io::{self, Write};

/// The first line where events were dropped: the tree that they made.
pub fn base(out: &mut dyn Write, frontier: &Frontier) -> io::Result<()> {
    let bytes = frontier.to_bytes();
    let roots: Vec<String> = bytes.chunks(32).map(|root| STANDARD.encode(root)).collect();
    line(out, &json!({ "size": frontier.size(), "roots": roots }))
}

/// An event. `metadata` is the text that its digest is of, not the object.
pub fn event(out: &mut dyn Write, event: &Stored) -> io::Result<()> {
    let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
    line(
        out,
        &json!({
            "leaf": event.leaf,
            "id": event.id,
            "userId": event.user_id,
            "eventType": event.event_type,
            "source": event.source,
            "createdAt": event.created_at,
            "ipAddress": event.ip_address,
            "userAgent": event.user_agent,
            "metadata": event.metadata,
            "salt": event.salt.as_deref().map(base64),
            "detailsDigest": base64(&event.details_digest),
        }),
    )
}

fn line(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    writeln!(out, "{value}")
}

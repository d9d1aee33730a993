//! The only SQL of the audit trail.

use super::Event;
use crate::{
    context::Context,
    error::Error,
    params, platform,
    storage::{self, Statement, statement},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Writes an event, where its condition holds.
#[must_use]
pub fn insert(event: &Event, ctx: &Context) -> Statement {
    let (address, user_agent) = if event.minimal {
        (None, None)
    } else {
        (ctx.client.address.clone(), ctx.client.user_agent.clone())
    };
    let metadata = Value::Object(event.metadata.clone()).to_string();
    let salt = platform::random::<32>();
    let digest = details_digest(&salt, address.as_deref(), user_agent.as_deref(), &metadata);
    let (condition, user, number) = condition(event);
    let sql = format!(
        "INSERT INTO security_events (id, user_id, event_type, ip_address, user_agent, metadata, created_at, salt, details_digest)
         SELECT ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE {condition}"
    );
    let params = params![
        user,
        number,
        platform::new_id(ctx.now),
        event.user,
        event.kind.name(),
        address,
        user_agent,
        metadata,
        ctx.now,
        salt,
        digest,
    ];
    statement(&sql, params)
}

/// What must hold for an event to have happened, over `?1` and `?2`.
fn condition(event: &Event) -> (&'static str, Option<Uuid>, Option<i64>) {
    match event.condition {
        Some((condition, user, number)) => (condition, Some(user), Some(number)),
        // Names both parameters, so that every event is written by one of few statements.
        None => ("?1 IS NULL AND ?2 IS NULL", None, None),
    }
}

/// The personal details of an event as the tree sees them: they can be destroyed, with their salt, and the
/// digest still stands. Each part is preceded by its length, so that no two events look alike.
fn details_digest(
    salt: &[u8; 32],
    address: Option<&str>,
    user_agent: Option<&str>,
    metadata: &str,
) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"mana-auth security event details v1\0");
    hash.update(salt);
    for part in [address, user_agent, Some(metadata)] {
        match part {
            None => hash.update(u64::MAX.to_be_bytes()),
            Some(text) => {
                hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(text.as_bytes());
            }
        }
    }
    hash.finalize().into()
}

/// Counts an event that could not be written, where its condition holds.
#[must_use]
pub fn count_lost(event: &Event) -> Statement {
    let (condition, user, number) = condition(event);
    let sql = format!(
        "INSERT INTO lost_events (event_type, count) SELECT ?3, 1 WHERE {condition}
         ON CONFLICT (event_type) DO UPDATE SET count = lost_events.count + 1"
    );
    statement(&sql, params![user, number, event.kind.name()])
}

/// The kinds and numbers of events that could not be written and have not been reported.
///
/// # Errors
///
/// Where storage fails.
pub async fn lost() -> Result<Vec<(String, i64)>, Error> {
    storage::query(
        "SELECT event_type, count FROM lost_events WHERE count > 0 ORDER BY event_type",
        vec![],
        |row| Ok((row.take()?, row.take()?)),
    )
    .await
}

/// Takes what was reported off the count.
#[must_use]
pub fn reported(kind: &str, count: i64) -> Statement {
    storage::expecting_one(
        "UPDATE lost_events SET count = count - ?2 WHERE event_type = ?1 AND count >= ?2",
        params![kind, count],
    )
}

//! The only SQL of the audit log besides that of its tree.

use super::Recorded;
use crate::{
    context::Context,
    error::{Bug, Failure},
    events::{EventType, Weight, Written},
    params,
    storage::{self, Statement, statement},
    time::Time,
};
use uuid::Uuid;

/// Writes an event of another component's; returns its id too.
#[must_use]
pub fn insert_recorded(event: &Recorded, ctx: &Context) -> (Uuid, Statement) {
    let (ip_address, user_agent) = (event.ip_address.as_deref(), event.user_agent.as_deref());
    let source = Some(event.source.as_str());
    let details = (ip_address, user_agent, event.metadata.clone());
    let written = Written::new(ctx, event.user, &event.event_type, source, details);
    let insert = statement(
        "INSERT INTO security_events (id, user_id, event_type, source, ip_address, user_agent, metadata, created_at, salt, details_digest, mac)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            written.id,
            event.user,
            event.event_type.as_str(),
            event.source.as_str(),
            event.ip_address.clone(),
            event.user_agent.clone(),
            written.metadata,
            ctx.now,
            written.salt,
            written.digest,
            written.mac,
        ],
    );
    (written.id, insert)
}

/// Events that were counted instead of written. Nothing vouches for what the row says.
pub struct Counted {
    /// Their kind.
    pub kind: EventType,
    /// Whether because they could not be written, rather than because there were too many.
    pub lost: bool,
    /// How many.
    pub count: i64,
    /// The first.
    pub since: Time,
    /// The last.
    pub until: Time,
}

/// What was counted of the kinds that may be, and has not been reported.
///
/// # Errors
///
/// Where storage fails.
pub async fn counted() -> Result<Vec<Counted>, Failure> {
    let kinds: Vec<String> = EventType::ALL
        .iter()
        .filter(|kind| kind.weight() == Weight::Expendable)
        .map(|kind| format!("'{}'", kind.name()))
        .collect();
    let sql = format!(
        "SELECT event_type, why = 'lost', count, since, until FROM counted_events
         WHERE event_type IN ({}) AND why IN ('lost', 'coalesced') AND count > 0 ORDER BY event_type, why",
        kinds.join(", ")
    );
    storage::query(&sql, vec![], |row| {
        let kind: String = row.take()?;
        Ok(Counted {
            kind: EventType::named(&kind).ok_or(Bug::Column(0))?,
            lost: row.take()?,
            count: row.take()?,
            since: row.take()?,
            until: row.take()?,
        })
    })
    .await
}

/// Takes what was reported off the count. More may have come meanwhile.
#[must_use]
pub fn reported(counted: &Counted) -> [Statement; 2] {
    let why = if counted.lost { "lost" } else { "coalesced" };
    [
        storage::expecting_one(
            "UPDATE counted_events SET count = count - ?3, since = ?4 WHERE event_type = ?1 AND why = ?2 AND count >= ?3",
            params![counted.kind.name(), why, counted.count, counted.until],
        ),
        statement("DELETE FROM counted_events WHERE count <= 0", vec![]),
    ]
}

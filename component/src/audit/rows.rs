//! The only SQL of the audit trail.

use super::{Cap, Event, Recorded};
use crate::{
    context::Context,
    error::Error,
    params, platform,
    storage::{self, Statement, statement},
    time::Time,
};
use mana_auth_audit::Details;
use serde_json::Value as Json;
use uuid::Uuid;

/// Writes an event, where its condition holds: one statement, after another that counts it where there are too many of
/// its kind.
#[must_use]
pub fn insert(event: &Event, ctx: &Context) -> Vec<Statement> {
    let cap = event.kind.cap().filter(|_| !event.stands_for_many);
    let (address, user_agent) = if event.minimal {
        (None, None)
    } else {
        (ctx.client.address.clone(), ctx.client.user_agent.clone())
    };
    let metadata = Json::Object(event.metadata.clone()).to_string();
    let salt = platform::random::<32>();
    let details = Details {
        ip_address: address.as_deref(),
        user_agent: user_agent.as_deref(),
        metadata: Some(&metadata),
    };
    let digest = details.digest(&salt);
    let (condition, user, number) = condition(event);
    let below_cap = cap.map_or_else(|| "?3 = ?3".to_owned(), below_cap);
    let since = platform::first_id(ctx.now - super::WINDOW);
    let insert = statement(
        &format!(
            "INSERT INTO security_events (id, user_id, event_type, ip_address, user_agent, metadata, created_at, salt, details_digest)
             SELECT ?6, ?4, ?5, ?7, ?8, ?9, ?10, ?11, ?12 WHERE {condition} AND {below_cap}"
        ),
        params![
            user,
            number,
            since,
            event.user,
            event.kind.name(),
            platform::new_id(ctx.now),
            address,
            user_agent,
            metadata,
            ctx.now,
            salt,
            digest,
        ],
    );
    let counted = cap.map(|_| {
        let sql = format!("{condition} AND NOT ({below_cap})");
        count(&sql, "coalesced", params![user, number, since, event.user, event.kind.name()], ctx.now)
    });
    counted.into_iter().chain([insert]).collect()
}

/// Writes an event of another component's; returns its id too.
#[must_use]
pub fn insert_recorded(event: &Recorded, ctx: &Context) -> (Uuid, Statement) {
    let id = platform::new_id(ctx.now);
    let metadata = Json::Object(event.metadata.clone()).to_string();
    let salt = platform::random::<32>();
    let details = Details {
        ip_address: event.ip_address.as_deref(),
        user_agent: event.user_agent.as_deref(),
        metadata: Some(&metadata),
    };
    let digest = details.digest(&salt);
    let insert = statement(
        "INSERT INTO security_events (id, user_id, event_type, source, ip_address, user_agent, metadata, created_at, salt, details_digest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            id,
            event.user,
            event.event_type.as_str(),
            event.source.as_str(),
            event.ip_address.clone(),
            event.user_agent.clone(),
            metadata,
            ctx.now,
            salt,
            digest,
        ],
    );
    (id, insert)
}

/// Whether there are fewer events than the cap since the id `?3`, of the user `?4` and of the kind `?5`. Reads as many
/// entries of an index as the cap says, at most.
fn below_cap(cap: Cap) -> String {
    let below = |condition: &str, most: u32| {
        format!(
            "NOT EXISTS (SELECT 1 FROM security_events WHERE {condition} AND id > ?3 LIMIT 1 OFFSET {})",
            most.saturating_sub(1)
        )
    };
    let per_user = below("user_id = ?4 AND event_type = ?5", cap.per_user);
    match cap.per_kind {
        Some(most) => format!("{per_user} AND {}", below("event_type = ?5", most)),
        None => per_user,
    }
}

/// What must hold for an event to have happened, over `?1` and `?2`.
fn condition(event: &Event) -> (&'static str, Option<Uuid>, Option<i64>) {
    match event.condition {
        Some((condition, user, number)) => (condition, Some(user), Some(number)),
        // Names both parameters, so that every event is written by one of few statements.
        None => ("?1 IS NULL AND ?2 IS NULL", None, None),
    }
}

/// Counts an event that could not be written, where its condition holds.
#[must_use]
pub fn count_lost(event: &Event, ctx: &Context) -> Statement {
    let (condition, user, number) = condition(event);
    let condition = format!("{condition} AND ?3 = ?3 AND ?4 IS NULL");
    let params = params![user, number, "", None::<Uuid>, event.kind.name()];
    count(&condition, "lost", params, ctx.now)
}

/// Counts an event of the kind `?5` where a condition over `?1` to `?5` holds.
fn count(condition: &str, why: &str, mut params: Vec<storage::Value>, now: Time) -> Statement {
    let sql = format!(
        "INSERT INTO counted_events (event_type, why, count, since, until) SELECT ?5, ?6, 1, ?7, ?7 WHERE {condition}
         ON CONFLICT (event_type, why) DO UPDATE SET count = counted_events.count + 1, until = excluded.until"
    );
    params.extend(params![why, now]);
    statement(&sql, params)
}

/// Events that were counted instead of written.
pub struct Counted {
    /// Their kind.
    pub kind: String,
    /// Whether because they could not be written, rather than because there were too many.
    pub lost: bool,
    /// How many.
    pub count: i64,
    /// The first.
    pub since: Time,
    /// The last.
    pub until: Time,
}

/// What was counted and has not been reported.
///
/// # Errors
///
/// Where storage fails.
pub async fn counted() -> Result<Vec<Counted>, Error> {
    storage::query(
        "SELECT event_type, why = 'lost', count, since, until FROM counted_events ORDER BY event_type, why",
        vec![],
        |row| {
            Ok(Counted {
                kind: row.take()?,
                lost: row.take()?,
                count: row.take()?,
                since: row.take()?,
                until: row.take()?,
            })
        },
    )
    .await
}

/// Takes what was reported off the count. More may have come meanwhile.
#[must_use]
pub fn reported(counted: &Counted) -> [Statement; 2] {
    let why = if counted.lost { "lost" } else { "coalesced" };
    [
        storage::expecting_one(
            "UPDATE counted_events SET count = count - ?3, since = ?4 WHERE event_type = ?1 AND why = ?2 AND count >= ?3",
            params![counted.kind.as_str(), why, counted.count, counted.until],
        ),
        statement("DELETE FROM counted_events WHERE count = 0", vec![]),
    ]
}

//! The only SQL that writes security events.

use super::{Event, WINDOW, Written, event::Cap};
use crate::{
    context::Context,
    params, platform,
    storage::{Condition, Statement, Value, countable, statement},
    time::{SKEW, Time},
};
use serde_json::Value as Json;

/// Writes an event if its condition holds. If it has a cap, a second statement counts it when it was not written. For event types that
/// strangers cause, a statement before both counts every event of the type.
#[must_use]
pub fn insert(event: &Event, ctx: &Context) -> Vec<Statement> {
    let (address, user_agent) = if event.minimal {
        (None, None)
    } else {
        (ctx.client.address.clone(), ctx.client.user_agent.clone())
    };
    let written = Written::new(
        ctx,
        event.user,
        event.kind.name(),
        None,
        (address.as_deref(), user_agent.as_deref(), Json::Object(event.metadata.clone()).to_string()),
    );
    let below_cap = event.cap.map(|cap| below_cap(cap, event, address.as_deref(), ctx.now));
    let mut params = params![
        written.id,
        event.user,
        event.kind.name(),
        address,
        user_agent,
        written.metadata,
        ctx.now,
        written.salt,
        written.digest,
        written.mac,
    ];
    let condition = event.condition.bind(&mut params);
    let is_below = below_cap.as_ref().unwrap_or(&Condition::ALWAYS).bind(&mut params);
    let insert = statement(
        &format!(
            "INSERT INTO security_events (id, user_id, event_type, ip_address, user_agent, metadata, created_at, salt, details_digest, mac)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE {condition} AND {is_below}"
        ),
        params,
    );
    let is_missing =
        Condition::new("NOT EXISTS (SELECT 1 FROM security_events WHERE id = $1)", params![written.id]);
    let counted = event.cap.map(|_| count(event, &is_missing, "coalesced", ctx.now));
    let rate = matches!(event.cap, Some(Cap::InAll(_))).then(|| count_rate(event, ctx.now));
    rate.into_iter().chain([insert]).chain(counted).collect()
}

/// Counts an event among those of its kind within a minute, where its condition holds.
fn count_rate(event: &Event, now: Time) -> Statement {
    let mut params = params![event.kind.name(), now, now - WINDOW];
    let condition = event.condition.bind(&mut params);
    let sql = format!(
        "INSERT INTO event_rates (event_type, since, count) SELECT ?1, ?2, 1 WHERE {condition}
         ON CONFLICT (event_type) DO UPDATE SET
             count = CASE WHEN event_rates.since > ?3 AND event_rates.since <= ?2 THEN {} + 1 ELSE 1 END,
             since = CASE WHEN event_rates.since > ?3 AND event_rates.since <= ?2 THEN event_rates.since ELSE ?2 END",
        countable("event_rates.count")
    );
    statement(&sql, params)
}

/// The factor by which the cap of an account is higher for events from further addresses.
const ADDRESSES: u32 = 10;

/// Whether an event is below the cap of its kind within the last minute. Reads as many entries of an index as the cap says, at most,
/// and past it those of one address.
fn below_cap(cap: Cap, event: &Event, address: Option<&str>, now: Time) -> Condition {
    let Cap::PerUser(most) = cap else { return below_rate(cap, event) };
    // Ids begin with the time.
    let (since, until) = (platform::first_id(now - WINDOW), platform::first_id(now + SKEW));
    let sql = format!(
        "(NOT EXISTS (SELECT 1 FROM security_events WHERE user_id = $1 AND event_type = $2 AND id > $3 AND id < $4 LIMIT 1 OFFSET {})
         OR CAST($5 AS text) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM security_events
             WHERE ip_address = $5 AND id > $3 AND id < $4 AND user_id || '' = $1 AND event_type || '' = $2)
         AND NOT EXISTS (SELECT 1 FROM security_events WHERE user_id = $1 AND event_type = $2 AND id > $3 AND id < $4 LIMIT 1 OFFSET {}))",
        most.saturating_sub(1),
        most.saturating_mul(ADDRESSES).saturating_sub(1)
    );
    Condition::new(sql, params![event.user, event.kind.name(), since, until, address])
}

/// Whether fewer events of a kind were counted than the cap says.
fn below_rate(cap: Cap, event: &Event) -> Condition {
    let (Cap::InAll(most) | Cap::PerUser(most)) = cap;
    Condition::new(
        "(SELECT count FROM event_rates WHERE event_type = $1) <= $2",
        params![event.kind.name(), most],
    )
}

/// Counts an event that could not be written, where its condition holds.
#[must_use]
pub fn count_lost(event: &Event, ctx: &Context) -> Statement {
    count(event, &Condition::ALWAYS, "lost", ctx.now)
}

/// Counts an event if its own condition and `and` hold.
fn count(event: &Event, and: &Condition, why: &str, now: Time) -> Statement {
    let mut params: Vec<Value> = params![event.kind.name(), why, now];
    let condition = event.condition.bind(&mut params);
    let and = and.bind(&mut params);
    let sql = format!(
        "INSERT INTO counted_events (event_type, why, count, since, until)
         SELECT ?1, ?2, 1, ?3, ?3 WHERE {condition} AND {and}
         ON CONFLICT (event_type, why) DO UPDATE SET count = {} + 1, until = excluded.until",
        countable("counted_events.count")
    );
    statement(&sql, params)
}

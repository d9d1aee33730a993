//! The only SQL that writes security events.

use super::{Event, WINDOW, Written, event::Cap};
use crate::{
    context::Context,
    ids::UserId,
    params, platform,
    storage::{self, Statement, statement},
    time::{SKEW, Time},
};
use serde_json::Value as Json;

/// Writes an event, where its condition holds: one statement, after another that counts it where there are too many of
/// its kind, and one that counts all of the kind where strangers cause them.
#[must_use]
pub fn insert(event: &Event, ctx: &Context) -> Vec<Statement> {
    let cap = event.cap;
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
    let below_cap = cap.map_or_else(|| "1 = 1".to_owned(), below_cap);
    let (since, until) = (platform::first_id(ctx.now - WINDOW), platform::first_id(ctx.now + SKEW));
    let mut params = params![
        since,
        event.user,
        event.kind.name(),
        address.clone(),
        until,
        written.id,
        user_agent,
        written.metadata,
        ctx.now,
        written.salt,
        written.digest,
        written.mac,
    ];
    let condition = condition(event, &mut params);
    let insert = statement(
        &format!(
            "INSERT INTO security_events (id, user_id, event_type, ip_address, user_agent, metadata, created_at, salt, details_digest, mac)
             SELECT ?6, ?2, ?3, ?4, ?7, ?8, ?9, ?10, ?11, ?12 WHERE ?1 = ?1 AND ?5 = ?5 AND {condition} AND {below_cap}"
        ),
        params,
    );
    let counted = cap.map(|_| {
        let params = params![since, event.user, event.kind.name(), address, until];
        count(event, &format!("NOT ({below_cap})"), "coalesced", params, ctx.now)
    });
    let rate = matches!(cap, Some(Cap::InAll(_))).then(|| count_rate(event, ctx.now));
    rate.into_iter().chain(counted).chain([insert]).collect()
}

/// Counts an event among those of its kind within a minute, where its condition holds.
fn count_rate(event: &Event, now: Time) -> Statement {
    let mut params = params![event.kind.name(), now, now - WINDOW];
    let condition = condition(event, &mut params);
    let sql = format!(
        "INSERT INTO event_rates (event_type, since, count) SELECT ?1, ?2, 1 WHERE ?3 = ?3 AND {condition}
         ON CONFLICT (event_type) DO UPDATE SET
             count = CASE WHEN event_rates.since > ?3 AND event_rates.since <= ?2 THEN min(max(event_rates.count, 0), {MOST}) + 1 ELSE 1 END,
             since = CASE WHEN event_rates.since > ?3 AND event_rates.since <= ?2 THEN event_rates.since ELSE ?2 END"
    );
    statement(&sql, params)
}

/// What must hold for an event to have happened, over parameters that are added.
fn condition(event: &Event, params: &mut Vec<storage::Value>) -> String {
    let Some((condition, values)) = &event.condition else { return "1 = 1".to_owned() };
    let mut condition = (*condition).to_owned();
    for (index, value) in values.iter().enumerate() {
        params.push(value.clone());
        condition = condition.replace(&format!("${}", index + 1), &format!("?{}", params.len()));
    }
    condition
}

/// How many times as many events about one account are written where each comes from another address.
const ADDRESSES: u32 = 10;

/// Whether an event is below the cap, over the ids `?1` and `?5` that events of the last minute lie between, the user `?2`, the kind `?3`
/// and the address `?4`. Reads as many entries of an index as the cap says, at most, and past it those of one address.
fn below_cap(cap: Cap) -> String {
    match cap {
        Cap::PerUser(most) => format!(
            "(NOT EXISTS (SELECT 1 FROM security_events WHERE user_id = ?2 AND event_type = ?3 AND id > ?1 AND id < ?5 LIMIT 1 OFFSET {})
             OR ?4 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM security_events
                 WHERE ip_address = ?4 AND id > ?1 AND id < ?5 AND +user_id = ?2 AND +event_type = ?3)
             AND NOT EXISTS (SELECT 1 FROM security_events WHERE user_id = ?2 AND event_type = ?3 AND id > ?1 AND id < ?5 LIMIT 1 OFFSET {}))",
            most.saturating_sub(1),
            most.saturating_mul(ADDRESSES).saturating_sub(1)
        ),
        Cap::InAll(most) => {
            format!(
                "(?2 IS ?2 AND ?4 IS ?4 AND (SELECT count FROM event_rates WHERE event_type = ?3) <= {most})"
            )
        }
    }
}

/// Counts an event that could not be written, where its condition holds.
#[must_use]
pub fn count_lost(event: &Event, ctx: &Context) -> Statement {
    let params = params!["", None::<UserId>, event.kind.name(), None::<String>, ""];
    count(event, "?1 = ?1 AND ?2 IS NULL AND ?4 IS NULL", "lost", params, ctx.now)
}

/// The most that a count is raised from: one that somebody else wrote must not overflow.
const MOST: i64 = 1 << 40;

/// Counts an event of the kind `?3` where its condition holds, and another over `?1` to `?5`.
fn count(event: &Event, and: &str, why: &str, mut params: Vec<storage::Value>, now: Time) -> Statement {
    params.extend(params![why, now]);
    let condition = condition(event, &mut params);
    let sql = format!(
        "INSERT INTO counted_events (event_type, why, count, since, until)
         SELECT ?3, ?6, 1, ?7, ?7 WHERE ?1 IS ?1 AND ?5 IS ?5 AND {condition} AND {and}
         ON CONFLICT (event_type, why) DO UPDATE SET count = min(max(counted_events.count, 0), {MOST}) + 1, until = excluded.until"
    );
    statement(&sql, params)
}

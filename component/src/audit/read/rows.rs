//! The SQL that reads the audit log. Ids begin with their event's time, so that a time is a place in every index.
//!
//! Whatever a row holds, the others are shown: texts are read as bytes, and a row whose id is none is left out.

use super::entry::{Entry, Filter};
use crate::{
    error::Failure,
    events::EventType,
    params, platform,
    storage::{self, Columns, FromValue as _, Value},
    time::Time,
};
use uuid::Uuid;

/// Events, newest first.
pub async fn page(filter: &Filter, limit: u32, before: Option<Uuid>) -> Result<Vec<Entry>, Failure> {
    let mut conditions = Vec::new();
    let mut params: Vec<Value> = params![limit];
    let mut add = |condition: &str, value: Value| {
        params.push(value);
        conditions.push(format!("{condition} ?{}", params.len()));
    };
    if let Some(user) = filter.user {
        add("user_id =", user.into());
    }
    if let Some(event_type) = &filter.event_type {
        // A user or an address has few events, a kind has many: an expression keeps the database from its index.
        let narrow = filter.user.is_some() || filter.ip_address.is_some();
        add(if narrow { "event_type || '' =" } else { "event_type =" }, event_type.as_str().into());
    }
    if let Some(address) = &filter.ip_address {
        add("ip_address =", address.as_str().into());
    }
    if let Some(since) = filter.since {
        add("id >=", platform::first_id(since).into());
    }
    if let Some(until) = filter.until {
        add("id <", platform::first_id(until).into());
    }
    if let Some(before) = before {
        add("id <", before.into());
    }
    let condition = if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") };
    let sql = format!(
        "SELECT {}, {}, {}, created_at, CASE WHEN leaf >= 0 AND leaf < (SELECT size FROM audit_tree WHERE id = 1) THEN leaf END
         FROM security_events WHERE {condition} AND octet_length(id) = 36 ORDER BY id DESC LIMIT ?1",
        storage::bytes_of("id", 36),
        ["event_type", "source", "user_id", "ip_address", "user_agent"].map(bounded_text).join(", "),
        metadata()
    );
    let entries = storage::query(&sql, params, entry).await?;
    Ok(entries.into_iter().flatten().collect())
}

/// A text as it is shown, if it is no longer than any that the service writes.
fn bounded_text(column: &str) -> String {
    storage::bytes_of(column, 4096)
}

/// Metadata as it is shown: none where it is longer than any event's, so that a page has room for two hundred.
fn metadata() -> String {
    format!("CASE WHEN octet_length(metadata) <= 16384 THEN {} END", storage::as_bytes("metadata"))
}

/// A text, whatever bytes it is made of.
fn text(row: &mut Columns) -> Result<Option<String>, Failure> {
    Ok(row.take::<Option<Vec<u8>>>()?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// A time that RFC 3339 can write: no event is from before 1970, or from behind 9999.
fn time(row: &mut Columns) -> Result<Time, Failure> {
    Ok(Time(row.take::<i64>()?.clamp(0, 253_402_207_199_999)))
}

/// None where its id is none.
fn entry(row: &mut Columns) -> Result<Option<Entry>, Failure> {
    let id = text(row)?.and_then(|id| Uuid::from_value(Value::Text(id)));
    let (event_type, source, user_id) = (text(row)?.unwrap_or_default(), text(row)?, text(row)?);
    let (ip_address, user_agent, metadata) = (text(row)?, text(row)?, text(row)?);
    let (created_at, leaf) = (time(row)?, row.take()?);
    Ok(id.map(|id| Entry {
        id,
        event_type,
        source,
        user_id,
        ip_address,
        user_agent,
        metadata,
        created_at,
        leaf,
    }))
}

/// How many counts one answer holds: more than a month of the service's own kinds has, while others may name theirs as they like.
const COUNTS: u32 = 30_000;

/// How many events of each kind began in which hour: those that were sealed were counted then, the others are counted now.
pub async fn by_hour(since: Time) -> Result<Vec<(Time, String, i64)>, Failure> {
    let sql = format!(
        "SELECT hour, {}, CAST(sum(count) AS bigint) FROM (
             SELECT hour, event_type, {} AS count FROM audit_hours WHERE hour >= ?1
             UNION ALL
             SELECT created_at - created_at % 3600000, event_type, 1 FROM security_events
             WHERE mac IS NOT NULL AND +leaf IS NULL AND id >= ?2 AND created_at >= 0) AS begun
         WHERE octet_length(event_type) <= 64 GROUP BY hour, event_type ORDER BY hour, event_type LIMIT ?3",
        bounded_text("event_type"),
        storage::countable("count")
    );
    storage::query(&sql, params![since, platform::first_id(since), COUNTS], |row| {
        Ok((time(row)?, text(row)?.unwrap_or_default(), row.take()?))
    })
    .await
}

/// Clients with more than `most` failed sign-ins among the newest `looked_at` since a time.
pub async fn repeated_failures(
    since: Time,
    looked_at: u32,
    most: u32,
    clients: u32,
) -> Result<Vec<(Option<String>, Option<String>, i64)>, Failure> {
    let sql = format!(
        "SELECT {}, {}, count(*) AS failures FROM (
             SELECT ip_address, user_agent FROM security_events
             WHERE event_type = ?1 AND id >= ?2 ORDER BY id DESC LIMIT ?3) AS newest
         WHERE ip_address IS NOT NULL OR user_agent IS NOT NULL
         GROUP BY ip_address, user_agent HAVING count(*) > ?4 ORDER BY failures DESC, ip_address, user_agent LIMIT ?5",
        bounded_text("ip_address"),
        bounded_text("user_agent")
    );
    let params = params![EventType::LoginFailure.name(), platform::first_id(since), looked_at, most, clients];
    storage::query(&sql, params, |row| Ok((text(row)?, text(row)?, row.take()?))).await
}

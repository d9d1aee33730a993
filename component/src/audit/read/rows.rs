//! The SQL that reads the trail. Ids begin with their event's time, so that a time is a place in every index.

use super::{Entry, Filter};
use crate::{
    audit::Kind,
    error::Error,
    params, platform,
    storage::{self, Columns, Value},
    time::Time,
};
use uuid::Uuid;

/// Events, newest first.
pub async fn page(filter: &Filter, limit: u32, before: Option<Uuid>) -> Result<Vec<Entry>, Error> {
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
        "SELECT id, event_type, source, user_id, ip_address, user_agent, metadata, created_at, leaf
         FROM security_events WHERE {condition} ORDER BY id DESC LIMIT ?1"
    );
    storage::query(&sql, params, entry).await
}

fn entry(row: &mut Columns) -> Result<Entry, Error> {
    Ok(Entry {
        id: row.take()?,
        event_type: row.take()?,
        source: row.take()?,
        user_id: row.take()?,
        ip_address: row.take()?,
        user_agent: row.take()?,
        metadata: row.take()?,
        created_at: row.take()?,
        leaf: row.take()?,
    })
}

/// How many counts one answer holds: more than a month of the service's own kinds has, while others may name theirs as they like.
const COUNTS: u32 = 30_000;

/// How many events of each kind began in which hour: those that were sealed were counted then, the others are counted now.
pub async fn by_hour(since: Time) -> Result<Vec<(Time, String, i64)>, Error> {
    let sql = "SELECT hour, event_type, sum(count) FROM (
                   SELECT hour, event_type, count FROM audit_hours WHERE hour >= ?1
                   UNION ALL
                   SELECT created_at - created_at % 3600000, event_type, 1 FROM security_events
                   WHERE leaf IS NULL AND mac IS NOT NULL AND id >= ?2)
               GROUP BY hour, event_type ORDER BY hour, event_type LIMIT ?3";
    storage::query(sql, params![since, platform::first_id(since), COUNTS], |row| {
        Ok((row.take()?, row.take()?, row.take()?))
    })
    .await
}

/// Clients with more than `most` failed sign-ins among the newest `looked_at` since a time.
pub async fn repeated_failures(
    since: Time,
    looked_at: u32,
    most: u32,
    clients: u32,
) -> Result<Vec<(Option<String>, Option<String>, i64)>, Error> {
    let sql = "SELECT ip_address, user_agent, count(*) AS failures FROM (
                   SELECT ip_address, user_agent FROM security_events
                   WHERE event_type = ?1 AND id >= ?2 ORDER BY id DESC LIMIT ?3)
               WHERE ip_address IS NOT NULL OR user_agent IS NOT NULL
               GROUP BY ip_address, user_agent HAVING count(*) > ?4 ORDER BY failures DESC, ip_address, user_agent LIMIT ?5";
    let params = params![Kind::LoginFailure.name(), platform::first_id(since), looked_at, most, clients];
    storage::query(sql, params, |row| Ok((row.take()?, row.take()?, row.take()?))).await
}

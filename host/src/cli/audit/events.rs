//! `mana-auth audit list`.

use super::super::{
    args::AuditFilter,
    console,
    failure::Failure,
    prepare::{Database, started},
    table::{table, time},
    user,
};
use jiff::Timestamp;
use mana_auth::{
    bindings::exports::mana::auth::audit::{Event, Filter},
    config::Config,
};
use serde_json::{Value, json};

/// The most that `audit.events` gives at once.
const PAGE: u32 = 200;

/// Prints events, newest first, page by page.
pub async fn list(config: Config, wanted: AuditFilter) -> Result<(), Failure> {
    let mut instance = started(config, Database::MustExist).await?;
    let user_id = match &wanted.user {
        // Also of somebody who was deleted.
        Some(id) if !id.contains('@') => Some(id.clone()),
        Some(email) => Some(user::find(&mut instance, email).await?.id),
        None => None,
    };
    let filter = Filter {
        event_type: wanted.event_type,
        user_id,
        ip_address: wanted.ip,
        since: wanted.since.map(milliseconds),
        until: wanted.until.map(milliseconds),
    };
    let (mut left, mut before, mut all) = (wanted.limit, None, Vec::new());
    while left > 0 {
        let (asked, filter, from) = (left.min(PAGE), filter.clone(), before.take());
        let page = instance
            .run(async |accessor, auth| {
                auth.mana_auth_audit().call_events(accessor, filter, asked, from).await
            })
            .await??;
        let came = u32::try_from(page.len()).unwrap_or(u32::MAX);
        before = page.last().map(|event| event.id.clone());
        left = if came < asked { 0 } else { left.saturating_sub(came) };
        if wanted.json {
            page.iter().try_for_each(|event| console::line(&event_json(event).to_string()))?;
        } else {
            all.extend(page.iter().map(row));
        }
    }
    if wanted.json {
        return Ok(());
    }
    console::print(&table(["TIME", "TYPE", "USER", "ADDRESS", "METADATA"], &all))
}

fn milliseconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_millisecond()).unwrap_or(0)
}

fn row(event: &Event) -> [String; 5] {
    [
        time(event.created_at),
        event.event_type.clone(),
        event.user_id.clone().unwrap_or_default(),
        event.ip_address.clone().unwrap_or_default(),
        event.metadata.clone().unwrap_or_default(),
    ]
}

fn event_json(event: &Event) -> Value {
    let metadata = event.metadata.as_deref();
    json!({
        "id": event.id,
        "eventType": event.event_type,
        "source": event.source,
        "userId": event.user_id,
        "ipAddress": event.ip_address,
        "userAgent": event.user_agent,
        "metadata": metadata.map(|text| serde_json::from_str(text).unwrap_or(Value::Null)),
        "createdAt": time(event.created_at),
        "leaf": event.leaf,
    })
}

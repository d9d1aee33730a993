//! Foreign rows: rows of the table of events that somebody else wrote, or changed. They are never sealed. An
//! event `events_forged` names them.

use super::{rows, signed::Tree};
use crate::{
    commit,
    context::Context,
    error::{Bug, Failure},
    events::{Event, EventType},
    platform::{self, Level, Metric},
};
use mana_auth_audit::Stored;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The most foreign rows that are counted.
const COUNTED: u32 = 100_000;
/// The most rows that the event names.
const NAMED: usize = 20;
/// The most rows that its digest is over. More than are named, so that a row that takes another's place is
/// told as well.
const LISTED: u32 = 10_000;

/// Records an event about foreign rows, unless the last such event says the same.
pub async fn record(ctx: &Context) -> Result<(), Failure> {
    let (count, listed) = rows::foreign(COUNTED, LISTED).await?;
    if listed.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = listed.iter().take(NAMED).map(|id| String::from_utf8_lossy(id).into_owned()).collect();
    let event = Event::anonymous(EventType::EventsForged).with("count", count).with("events", ids.clone());
    let event = event.with("digest", digest(&listed));
    let content =
        |event: &Stored| serde_json::from_str::<Map<String, Value>>(event.metadata.as_deref()?).ok();
    let last = match Tree::read(ctx).await?.newest(EventType::EventsForged, content).await {
        // Claims to be such an event can't keep it from being recorded.
        Err(Failure::Bug(Bug::AuditLog(_))) => None,
        last => last?,
    };
    if last.is_some_and(|(_, content)| content == event.metadata) {
        return Ok(());
    }
    commit::event(ctx, event).await?;
    platform::count(Metric::AuditEvents, "forged", count);
    let words = "the audit log holds events that the service did not write";
    ctx.log(Level::Error, words, &[("finding", &ids.join(" "))]);
    Ok(())
}

/// The SHA-256 of ids, each behind its length.
fn digest(ids: &[Vec<u8>]) -> String {
    let mut hash = Sha256::new();
    for id in ids {
        hash.update(u64::try_from(id.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(id);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

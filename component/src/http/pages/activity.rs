//! `/account/activity`

use super::signed::Signed;
use crate::{
    audit::read,
    devices::user_agent,
    http::kit::{parameters::Parameters, problem::Problem},
};
use axum::response::Response;
use http::StatusCode;
use mana_auth_pages::{Activity, Happened, Moment};
use serde::Deserialize;

/// How many events a page has.
const LIMIT: u32 = 50;

/// The members of metadata that tell apart the variants of an event type.
#[derive(Default, Deserialize)]
struct Which {
    reason: Option<String>,
    by: Option<String>,
}

/// What happened around the account, the newest first.
pub async fn show(signed: Signed, parameters: Parameters) -> Result<Response, Problem> {
    let filter = read::Filter { user: Some(signed.caller.user.id), ..read::Filter::default() };
    let entries = read::events(filter, LIMIT, parameters.id("before")?).await?;
    let which: Vec<Which> = entries
        .iter()
        .map(|entry| {
            entry.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
        })
        .collect();
    let devices: Vec<_> =
        entries.iter().map(|entry| entry.user_agent.as_deref().and_then(user_agent::name)).collect();
    let events = entries.iter().zip(&which).zip(&devices).map(|((entry, which), device)| Happened {
        kind: &entry.event_type,
        which: which.reason.as_deref().into_iter().chain(which.by.as_deref()).collect(),
        at: Moment(entry.created_at.0),
        device: device.as_deref(),
        address: entry.ip_address.as_deref(),
    });
    let is_full = u32::try_from(entries.len()).is_ok_and(|count| count == LIMIT);
    let page = Activity {
        email: signed.email(),
        now: Moment(signed.visit.call.now.0),
        events: events.collect(),
        before: entries.last().filter(|_| is_full).map(|entry| entry.id.to_string()),
    };
    Ok(signed.show(StatusCode::OK, &page))
}

//! `GET /security-events`

use crate::{
    audit::read::{self, Entry},
    http::kit::{
        authentication::Authenticated, call::Call, fields::DateTime, parameters::Parameters, problem::Problem,
    },
};
use axum::Json;
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;
use uuid::Uuid;

/// How many events are told where nobody says, and at most.
const LIMIT: u32 = 50;
const MOST: u64 = 200;

/// What happened around an account, as its owner sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityEvent {
    id: Uuid,
    event_type: String,
    /// Who recorded it, where it was not this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    ip_address: Option<String>,
    #[schema(required)]
    user_agent: Option<String>,
    #[schema(value_type = Object)]
    metadata: Box<RawValue>,
    created_at: DateTime,
}

impl From<Entry> for SecurityEvent {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            event_type: entry.event_type,
            source: entry.source,
            ip_address: entry.ip_address,
            user_agent: entry.user_agent,
            metadata: metadata(entry.metadata),
            created_at: entry.created_at.into(),
        }
    }
}

/// The object that is stored; an empty one where it was erased.
pub fn metadata(text: Option<String>) -> Box<RawValue> {
    let stored = text.and_then(|text| RawValue::from_string(text).ok());
    stored
        .or_else(|| serde_json::value::to_raw_value(&Value::Object(serde_json::Map::new())).ok())
        .unwrap_or_default()
}

/// How many, and older than which.
///
/// # Errors
///
/// `Invalid` where it is neither.
pub fn page(parameters: &Parameters) -> Result<(u32, Option<Uuid>), Problem> {
    let limit = parameters.number("limit", 1..=MOST)?.and_then(|limit| limit.try_into().ok());
    Ok((limit.unwrap_or(LIMIT), parameters.id("before")?))
}

/// What happened around the account, newest first.
#[utoipa::path(
    get, path = "/api/v1/auth/security-events", tag = "audit", operation_id = "listSecurityEvents", security(("bearer" = []), ("cookie" = [])),
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "How many; 50 where it is left out"),
        ("before" = Option<Uuid>, Query, description = "The id of an event: those older than it"),
    ),
    responses(
        (status = 200, description = "The events", body = Vec<SecurityEvent>),
    )
)]
pub async fn security_events(
    _: Call,
    authenticated: Authenticated,
    parameters: Parameters,
) -> Result<Json<Vec<SecurityEvent>>, Problem> {
    let (limit, before) = page(&parameters)?;
    let filter = read::Filter { user: Some(authenticated.caller.user.id), ..read::Filter::default() };
    let events = read::events(filter, limit, before).await?;
    Ok(Json(events.into_iter().map(Into::into).collect()))
}

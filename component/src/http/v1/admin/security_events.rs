//! `GET /admin/security-events`, its summary, and `GET /admin/failed-logins`

use super::super::security_events::{metadata, page};
use crate::{
    audit::read::{self, Entry},
    http::kit::{
        authentication::Admin,
        call::Call,
        fields::{DateTime, IpAddress},
        parameters::Parameters,
        problem::Problem,
    },
    ids::UserId,
    time::Span,
};
use axum::Json;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// The longest kind and address that is looked for, in characters.
const WORD: usize = 64;
/// What counts as lately, where nobody says.
const LATELY: Span = Span::hours(1);

/// An event, as administrators see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    id: Uuid,
    event_type: String,
    /// Which other component recorded it; null for the service itself.
    #[schema(required)]
    source: Option<String>,
    #[schema(required)]
    user_id: Option<String>,
    #[schema(required)]
    ip_address: Option<String>,
    #[schema(required)]
    user_agent: Option<String>,
    #[schema(value_type = Object)]
    metadata: Box<RawValue>,
    created_at: DateTime,
    /// Its place in the tree; null until it is sealed.
    #[schema(required)]
    leaf: Option<u64>,
}

impl From<Entry> for AuditEvent {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            event_type: entry.event_type,
            source: entry.source,
            user_id: entry.user_id,
            ip_address: entry.ip_address,
            user_agent: entry.user_agent,
            metadata: metadata(entry.metadata),
            created_at: entry.created_at.into(),
            leaf: entry.leaf,
        }
    }
}

/// Counts since the hour that `since` is in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryBody {
    since: DateTime,
    by_type: Vec<TypeCount>,
    /// Oldest first.
    by_hour: Vec<HourCount>,
    /// Clients with more than five failed sign-ins, most first, at most 100.
    repeated_failures: Vec<RepeatedFailures>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeCount {
    event_type: String,
    count: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HourCount {
    hour: DateTime,
    event_type: String,
    count: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepeatedFailures {
    #[schema(required)]
    ip_address: Option<String>,
    #[schema(required)]
    user_agent: Option<String>,
    count: i64,
}

/// The audit log, newest first.
#[utoipa::path(
    get, path = "/api/v1/auth/admin/security-events", tag = "administration", operation_id = "listAllSecurityEvents", security(("bearer" = []), ("cookie" = [])),
    params(
        ("type" = Option<String>, Query, pattern = "^[a-z0-9_.]+$", max_length = 64, description = "The kind of event"),
        ("userId" = Option<UserId>, Query, description = "Whose account it is about"),
        ("ip" = Option<IpAddress>, Query, description = "The client's address"),
        ("since" = Option<DateTime>, Query, description = "Not before this time (RFC 3339)"),
        ("until" = Option<DateTime>, Query, description = "Before this time (RFC 3339)"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "How many; 50 where it is left out"),
        ("before" = Option<Uuid>, Query, description = "The id of an event: those older than it"),
    ),
    responses(
        (status = 200, description = "The events", body = Vec<AuditEvent>),
    )
)]
pub async fn list(_: Admin, parameters: Parameters) -> Result<Json<Vec<AuditEvent>>, Problem> {
    let (limit, before) = page(&parameters)?;
    let filter = read::Filter {
        event_type: parameters.text("type", WORD)?,
        user: parameters.user("userId")?,
        ip_address: parameters.text("ip", WORD)?,
        since: parameters.time("since")?,
        until: parameters.time("until")?,
    };
    Ok(bodies(read::events(filter, limit, before).await?))
}

/// Counts by kind and by hour, and who failed to sign in repeatedly.
#[utoipa::path(
    get, path = "/api/v1/auth/admin/security-events/summary", tag = "administration", operation_id = "summarizeSecurityEvents",
    security(("bearer" = []), ("cookie" = [])),
    params(("since" = Option<DateTime>, Query, description = "From the hour that this time (RFC 3339) is in, at most 31 days ago; a day ago where it is left out")),
    responses(
        (status = 200, description = "The counts", body = SummaryBody),
    )
)]
pub async fn summary(call: Call, _: Admin, parameters: Parameters) -> Result<Json<SummaryBody>, Problem> {
    let since = parameters.time("since")?.unwrap_or(call.now - Span::days(1));
    let summary = read::summary(&call, since).await?;
    Ok(Json(SummaryBody {
        since: since.hour().into(),
        by_type: summary
            .by_type
            .into_iter()
            .map(|(event_type, count)| TypeCount { event_type, count })
            .collect(),
        by_hour: summary
            .by_hour
            .into_iter()
            .map(|(hour, event_type, count)| HourCount { hour: hour.into(), event_type, count })
            .collect(),
        repeated_failures: summary
            .repeated_failures
            .into_iter()
            .map(|(ip_address, user_agent, count)| RepeatedFailures { ip_address, user_agent, count })
            .collect(),
    }))
}

/// Failed sign-ins, newest first, at most 200.
#[utoipa::path(
    get, path = "/api/v1/auth/admin/failed-logins", tag = "administration", operation_id = "listFailedLogins", security(("bearer" = []), ("cookie" = [])),
    params(("since" = Option<DateTime>, Query, description = "Since this time (RFC 3339); an hour ago where it is left out")),
    responses(
        (status = 200, description = "The events", body = Vec<AuditEvent>),
    )
)]
pub async fn failed_logins(
    call: Call,
    _: Admin,
    parameters: Parameters,
) -> Result<Json<Vec<AuditEvent>>, Problem> {
    let since = parameters.time("since")?.unwrap_or(call.now - LATELY);
    Ok(bodies(read::failed_logins(since).await?))
}

fn bodies(entries: Vec<Entry>) -> Json<Vec<AuditEvent>> {
    Json(entries.into_iter().map(Into::into).collect())
}

//! `POST /audit/events`: other services append to the audit log.

use crate::{
    audit::{self, Recorded},
    http::kit::{
        authentication::bearer_token, bodies::ProblemBody, body::Json, call::Call, fields::IpAddress,
        problem::Problem,
    },
    ids::UserId,
};
use axum::extract::FromRequestParts;
use http::{StatusCode, request::Parts};
use mana_auth_audit::Source;
use mana_auth_hygiene::Code;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEventBody {
    /// 1 to 64 of `a` to `z`, `0` to `9`, `_` and `.`; none of the service's own kinds.
    #[schema(example = "invoice.paid", pattern = "^[a-z0-9_.]+$", min_length = 1, max_length = 64)]
    event_type: String,
    /// The account that it is about.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<String>,
    #[schema(value_type = Option<IpAddress>)]
    ip_address: Option<String>,
    /// Cut at 512 characters.
    user_agent: Option<String>,
    /// At most 8 KiB. Never a password, token or cookie.
    #[serde(default)]
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

/// The source whose secret is shown.
pub struct AuditSource(&'static Source);

impl<S: Sync> FromRequestParts<S> for AuditSource {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let call = Call::from_request_parts(parts, state).await?;
        let sources = &call.settings.audit_sources;
        if sources.is_empty() {
            return Err(Code::NotFound.into());
        }
        let token = bearer_token(&parts.headers);
        let source = sources.iter().find(|(_, secret)| secret.is(token));
        source.map(|(source, _)| Self(source)).ok_or_else(Problem::invalid_token)
    }
}

#[derive(Serialize, ToSchema)]
pub struct RecordedBody {
    id: Uuid,
}

/// Appends an event to the audit log, under the source whose secret is shown.
#[utoipa::path(
    post, path = "/api/v1/auth/audit/events", tag = "operation", operation_id = "recordAuditEvent", security(("audit_source" = [])), request_body = AuditEventBody,
    responses(
        (status = 201, description = "The id of the event", body = RecordedBody),
        (status = 401, description = "`UNAUTHENTICATED`: the secret of no source", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: no sources are configured", body = ProblemBody),
    )
)]
pub async fn record(
    call: Call,
    AuditSource(source): AuditSource,
    Json(body): Json<AuditEventBody>,
) -> Result<(StatusCode, axum::Json<RecordedBody>), Problem> {
    let AuditEventBody { event_type, user_id, ip_address, user_agent, metadata } = body;
    let event = Recorded::parse(
        source.as_str(),
        event_type,
        user_id.as_deref(),
        ip_address.as_deref(),
        user_agent.as_deref(),
        &Value::Object(metadata).to_string(),
    )?;
    let id = audit::record(&call, &event).await?;
    Ok((StatusCode::CREATED, axum::Json(RecordedBody { id })))
}

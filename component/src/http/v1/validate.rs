//! `POST /validate`

use crate::{
    http::kit::{bodies::ProblemBody, body::Json, call::Call, problem::Failure},
    sessions::{self, Refusal},
};
use mana_auth_tokens::Claims;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct ValidateBody {
    token: String,
}

/// What an access token says, or why it is refused.
#[derive(Serialize, ToSchema)]
pub struct Validity {
    valid: bool,
    /// The token's claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    payload: Option<Claims>,
    /// `TOKEN_EXPIRED`: its time is over, or it was left behind by a change, and a refresh gets another;
    /// `SESSION_REVOKED`: its session has ended; `TOKEN_INVALID`: it is no token of this service for this audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

/// Checks an access token as it is at this moment: signature, time, audience, session and user.
#[utoipa::path(
    post, path = "/api/v1/auth/validate", tag = "tokens", request_body = ValidateBody,
    responses(
        (status = 200, body = Validity),
        (status = 400, description = "`VALIDATION_FAILED`", body = ProblemBody),
        (status = 429, description = "`RATE_LIMITED`: too many forged or garbled tokens from the client", body = ProblemBody),
        (status = 503, description = "`STORAGE_UNAVAILABLE`: nothing can be said", body = ProblemBody),
    )
)]
pub async fn validate(call: Call, Json(body): Json<ValidateBody>) -> Result<axum::Json<Validity>, Failure> {
    let error = match sessions::validate(&call, &body.token).await {
        Ok(claims) => return Ok(axum::Json(Validity { valid: true, payload: Some(claims), error: None })),
        Err(Refusal::Failed(error)) => return Err(error.into()),
        Err(Refusal::Invalid | Refusal::Disowned) => "TOKEN_INVALID",
        Err(Refusal::Expired | Refusal::Outdated) => "TOKEN_EXPIRED",
        Err(Refusal::Revoked) => "SESSION_REVOKED",
    };
    Ok(axum::Json(Validity { valid: false, payload: None, error: Some(error) }))
}

//! `POST /validate`

use crate::{
    http::kit::{bodies::ProblemBody, body::Json, call::Call, problem::Problem},
    sessions::{self, AccessTokenError, ValidateError},
    time::SKEW,
};
use mana_auth_tokens::{Audience, Claims};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValidateBody {
    token: String,
    /// Refuses a token whose user proved longer ago who they are (`auth_time`), in seconds (RFC 9470).
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 31_536_000)]
    max_age_sec: Option<MaxAge>,
}

/// Whole seconds, up to a year. `300.0` is a whole number too, as JSON Schema has it.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "serde_json::Number")]
struct MaxAge(u64);

impl TryFrom<serde_json::Number> for MaxAge {
    type Error = &'static str;

    fn try_from(number: serde_json::Number) -> Result<Self, Self::Error> {
        // Such a number is printed without its fraction; of -0.0 the sum is 0.
        let whole = number.as_u64().or_else(|| (number.as_f64()? + 0.0).to_string().parse().ok());
        whole
            .filter(|seconds| *seconds <= 31_536_000)
            .map(Self)
            .ok_or("must be whole seconds, at most 31536000")
    }
}

/// What an access token says, or why it is refused.
#[derive(Serialize, ToSchema)]
pub struct Validity {
    valid: bool,
    /// The token's claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    payload: Option<ClaimsBody>,
    /// `TOKEN_EXPIRED`: its time is over, or it was left behind by a change, and a refresh gets another;
    /// `SESSION_REVOKED`: its session has ended; `TOKEN_INVALID`: it is no token of this service for this audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<Refused>,
}

/// Why a token is refused.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Refused {
    /// A refresh gets another.
    TokenExpired,
    /// Its session has ended.
    SessionRevoked,
    /// It is no token of this service for this audience.
    TokenInvalid,
    /// It is good, and the proof is older than `maxAgeSec`: `POST /step-up` leads to a newer one.
    StepUpRequired,
}

/// What an access token says (RFC 7519). Times are seconds since the Unix epoch.
#[derive(Serialize, ToSchema)]
#[schema(as = Claims)]
pub struct ClaimsBody {
    /// The user's id.
    sub: String,
    email: String,
    email_verified: bool,
    /// `user`, `admin` or `service`.
    role: String,
    /// The session's id.
    sid: String,
    iss: String,
    aud: AudienceBody,
    iat: u64,
    exp: u64,
    /// Where in the order of commits it was issued, for the service itself.
    pos: String,
    /// When the user last proved who they are.
    auth_time: u64,
    /// By which methods (RFC 8176).
    amr: Vec<String>,
    /// Claims of the operator's own (`token_claims`).
    #[serde(flatten)]
    own: BTreeMap<String, Value>,
}

/// One recipient, or an array of them where the operator has set `audience_all`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Audience)]
pub enum AudienceBody {
    One(String),
    Several(Vec<String>),
}

impl From<Audience> for AudienceBody {
    fn from(audience: Audience) -> Self {
        match <[String; 1]>::try_from(audience.into_recipients()) {
            Ok([only]) => Self::One(only),
            Err(several) => Self::Several(several),
        }
    }
}

impl From<Claims> for ClaimsBody {
    fn from(claims: Claims) -> Self {
        let Claims { sub, email, email_verified, role, sid, iss, aud, iat, exp, pos, auth_time, amr, own } =
            claims;
        let (aud, own) = (aud.into(), own.into_iter().collect());
        Self { sub, email, email_verified, role, sid, iss, aud, iat, exp, pos, auth_time, amr, own }
    }
}

/// Whether a token's user has proven who they are within so many seconds. A proof that lies ahead counts as none.
fn is_recent(call: &Call, claims: &Claims, within: Option<MaxAge>) -> bool {
    let now = call.now.as_seconds();
    within.is_none_or(|MaxAge(within)| {
        claims.auth_time <= (call.now + SKEW).as_seconds() && now.saturating_sub(claims.auth_time) <= within
    })
}

/// Checks an access token as it is at this moment: signature, time, audience, session and user.
#[utoipa::path(
    post, path = "/api/v1/auth/validate", tag = "tokens", operation_id = "validateToken", request_body = ValidateBody,
    responses(
        (status = 200, description = "What the token says, or why it is refused", body = Validity),
        (status = 429, description = "`RATE_LIMITED`: too many forged or garbled tokens from the client", body = ProblemBody),
        (status = 503, description = "`STORAGE_UNAVAILABLE`: nothing can be said", body = ProblemBody),
    )
)]
pub async fn validate(call: Call, Json(body): Json<ValidateBody>) -> Result<axum::Json<Validity>, Problem> {
    let refusal = match sessions::validate(&call, &body.token).await {
        Ok(claims) if !is_recent(&call, &claims, body.max_age_sec) => {
            return Ok(axum::Json(Validity {
                valid: false,
                payload: None,
                error: Some(Refused::StepUpRequired),
            }));
        }
        Ok(claims) => {
            return Ok(axum::Json(Validity { valid: true, payload: Some(claims.into()), error: None }));
        }
        Err(ValidateError::Refused(refusal)) => refusal,
        Err(ValidateError::Throttled(throttled)) => return Err(throttled.into()),
    };
    let error = match refusal {
        AccessTokenError::Failed(failure) => return Err(failure.into()),
        AccessTokenError::Invalid | AccessTokenError::Disowned => Refused::TokenInvalid,
        AccessTokenError::Expired | AccessTokenError::Outdated => Refused::TokenExpired,
        AccessTokenError::Revoked => Refused::SessionRevoked,
    };
    Ok(axum::Json(Validity { valid: false, payload: None, error: Some(error) }))
}

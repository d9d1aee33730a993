//! `POST /refresh`

use super::signed_in::{self, SignedInBody};
use crate::{
    http::kit::{bodies::ProblemBody, body::Json, call::Call, problem::Problem},
    sessions,
};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefreshBody {
    refresh_token: String,
}

/// Exchanges a refresh token, once. Shown again while its successor is unused, it gets the same successor: within 60 seconds, or from
/// the same family of user agents within `refresh_grace_seconds`, once for each token and three times a day. Shown again otherwise, its
/// session ends.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "sessions", operation_id = "refresh", request_body = RefreshBody,
    responses(
        (status = 200, description = "The next tokens", body = SignedInBody),
        (status = 401, description = "`INVALID_REFRESH_TOKEN`", body = ProblemBody),
        (status = 429, description = "`RATE_LIMITED`: too many refused tokens from the client", body = ProblemBody),
    )
)]
pub async fn refresh(call: Call, Json(body): Json<RefreshBody>) -> Result<Response, Problem> {
    Ok(signed_in::tokens(sessions::refresh(&call, &body.refresh_token).await?))
}

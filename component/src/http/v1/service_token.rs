//! `POST /service-token`

use super::user::UserBody;
use crate::{
    http::kit::{
        authentication::Authenticated, bodies::ProblemBody, body::Json, call::Call, cookies::SetCookies,
        problem::Problem,
    },
    sessions::{self, AccessToken},
};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct ServiceTokenBody {
    /// One of the operator's `token_audiences`.
    audience: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceToken {
    token: String,
    /// In seconds; less than a minute where the session ends before.
    #[schema(example = 60)]
    expires_in: i64,
    /// Whom it is about, so that who asks on behalf of a service needs no second call.
    user: UserBody,
}

/// A token for one other service, which this API refuses. As `GET /session` does, it moves the session's end at most
/// once a day.
#[utoipa::path(
    post, path = "/api/v1/auth/service-token", tag = "tokens", operation_id = "createServiceToken", request_body = ServiceTokenBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The token", body = ServiceToken),
        (status = 400, description = "`VALIDATION_FAILED`: not one of the operator's audiences", body = ProblemBody),
    )
)]
pub async fn service_token(
    call: Call,
    authenticated: Authenticated,
    Json(body): Json<ServiceTokenBody>,
) -> Result<Response, Problem> {
    let AccessToken { text, expires_in } =
        sessions::service_token(&call, &authenticated.caller, &body.audience)?;
    let (caller, cookie) = authenticated.renewed(&call).await?;
    let body = ServiceToken { token: text, expires_in: expires_in.as_seconds(), user: caller.user.into() };
    Ok((SetCookies(cookie), axum::Json(body)).into_response())
}

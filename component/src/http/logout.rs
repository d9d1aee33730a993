//! `POST /logout`

use super::{
    authentication::Credential,
    body::OptionalJson,
    call::Call,
    cookies::{self, SetCookies},
    openapi::ProblemBody,
    origin,
    problem::Failure,
};
use crate::sessions::{self, RefreshToken};
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogoutBody {
    refresh_token: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct LoggedOut {
    #[schema(example = true)]
    success: bool,
    message: &'static str,
}

/// Ends the session of the bearer token, of the refresh token, or else of the cookie. Repeating it is harmless.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "sessions", request_body = Option<LogoutBody>,
    responses(
        (status = 200, body = LoggedOut, headers(("set-cookie" = String, description = "clears the session cookie"))),
        (status = 400, description = "`VALIDATION_FAILED`", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: from an origin that is not trusted", body = ProblemBody),
    )
)]
pub async fn logout(
    call: Call,
    method: Method,
    headers: HeaderMap,
    OptionalJson(body): OptionalJson<LogoutBody>,
) -> Result<Response, Failure> {
    let refresh_token = body.and_then(|body| body.refresh_token);
    match Credential::of(&headers, call.settings) {
        Credential::Bearer(token) => {
            sessions::sign_out(&call, sessions::Credential::AccessToken(token)).await?;
        }
        Credential::Cookie(cookie) => {
            origin::require(&method, &headers, call.settings)?;
            sessions::sign_out(&call, sessions::Credential::Cookie(cookie)).await?;
        }
        // A foreign page's request comes without the cookie, and yet the answer could clear it.
        Credential::Unusable | Credential::None => origin::refuse_foreign(&headers, call.settings)?,
    }
    if let Some(token) = refresh_token.as_deref().and_then(RefreshToken::parse) {
        sessions::sign_out(&call, sessions::Credential::RefreshToken(token)).await?;
    }
    Ok((SetCookies(cookies::clear(call.settings)?), Json(LoggedOut { success: true, message: "Signed out" }))
        .into_response())
}

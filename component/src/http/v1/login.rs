//! `POST /login`

use super::signed_in::{self, SignedInBody};
use crate::{
    credentials::{self, SignIn},
    email::Email,
    http::kit::{bodies::ProblemBody, body::Json, call::Call, cookies, origin::FirstParty, problem::Problem},
    passwords::Password,
    sessions::Device,
};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoginBody {
    email: String,
    password: Password,
    /// 30 days instead of 7.
    remember_me: Option<bool>,
    /// The client's name for the device; cut at 128 characters.
    device_id: Option<String>,
    /// The owner's name for it; cut at 200 characters. Without one it is called after the user agent, such as
    /// `Firefox on Windows`, where that is known.
    device_name: Option<String>,
}

/// Signs in: a session cookie, an access token and a refresh token. The session that the request came with ends.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "sessions", operation_id = "login", request_body = LoginBody,
    responses(
        (status = 200, description = "Tokens, and the session cookie", body = SignedInBody, headers(("set-cookie" = String, description = "the session cookie"))),
        (status = 401, description = "`INVALID_CREDENTIALS`: whether or not there is such an account", body = ProblemBody),
        (status = 403, description = "`ACCOUNT_BANNED`, `EMAIL_NOT_VERIFIED`: to who knows the password; `FORBIDDEN` for an origin that is not trusted", body = ProblemBody),
        (status = 429, description = "`ACCOUNT_LOCKED`: too many failures on the account, whether or not there is one; `RATE_LIMITED`: too many from the client, or others at the same time that are not decided yet", body = ProblemBody),
    )
)]
pub async fn login(
    call: Call,
    _: FirstParty,
    headers: HeaderMap,
    Json(body): Json<LoginBody>,
) -> Result<Response, Problem> {
    let request = SignIn {
        email: Email::parse(&body.email).ok(),
        password: body.password,
        remember_me: body.remember_me.unwrap_or(false),
        device: Device::of(&call.client, body.device_id.as_deref(), body.device_name.as_deref()),
        device_cookies: cookies::devices(&headers, call.settings),
        replaces: cookies::sessions(&headers, call.settings),
    };
    signed_in::answer(&call, &headers, credentials::sign_in(&call, request).await?)
}

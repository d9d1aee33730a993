//! `POST /logout`

use crate::{
    error::FieldProblem,
    http::kit::{
        authentication::Bearer,
        bodies::ProblemBody,
        body::{Counts, Lenient},
        call::Call,
        cookies::{self, SetCookies},
        origin,
        problem::Problem,
    },
    secrets::RefreshToken,
    sessions::{self, Credential, SignOutError},
};
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogoutBody {
    #[schema(value_type = Option<String>)]
    refresh_token: Option<Value>,
}

impl Counts for LogoutBody {
    const MEMBER: &str = "refreshToken";
}

#[derive(Serialize, ToSchema)]
pub struct LoggedOut {
    #[schema(example = true)]
    success: bool,
    message: &'static str,
}

/// Ends every session that the request names: by bearer token, refresh token and cookie. Repeating it is harmless. Of the
/// body the refresh token is read, and nothing else about it is a reason to refuse; nothing ends by one that names a refresh token
/// which can't be read, or two.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "sessions", operation_id = "logout", request_body = Option<LogoutBody>,
    responses(
        (status = 200, description = "Every session that was named has ended", body = LoggedOut, headers(("set-cookie" = String, description = "clears the session cookie"))),
        (status = 400, description = "`VALIDATION_FAILED`: a refresh token in the body that can't be read, or two; more session cookies than are ended", body = ProblemBody),
        (status = 401, description = "`TOKEN_EXPIRED`: a change left the token behind, and its session lives on; `UNAUTHENTICATED`: the token is not accepted, and its session lives on, or there are several", body = ProblemBody),
    )
)]
pub async fn logout(
    call: Call,
    method: Method,
    headers: HeaderMap,
    Lenient(body): Lenient<LogoutBody>,
) -> Result<Response, Problem> {
    let bearer = Bearer::of(&headers);
    let (cookies, more) = cookies::all_sessions(&headers);
    let trusted = match (&bearer, cookies.is_empty()) {
        // A foreign page's request comes without the cookie, and yet the answer could clear it.
        (Bearer::None, true) => origin::refuse_foreign(&headers, &call),
        _ => origin::require(&method, &headers, &call),
    };
    // What a token names ends from any page: no browser sends one by itself.
    let by_token = by_token(&call, &bearer).await;
    let refresh_token = refresh_token(body.and_then(|body| body.refresh_token))?;
    if let Some(token) = refresh_token {
        sessions::sign_out(&call, Credential::RefreshToken(token)).await?;
    }
    let mut lives = false;
    for cookie in cookies {
        match trusted {
            Ok(()) => sessions::sign_out(&call, Credential::Cookie(cookie)).await?,
            Err(_) => lives |= sessions::is_alive(&call, &cookie).await?,
        }
    }
    if lives || matches!(bearer, Bearer::None) {
        trusted?;
    }
    match by_token {
        // Its session may have ended by one of the others.
        Err(SignOutError::TokenExpired | SignOutError::InvalidToken) => {
            self::by_token(&call, &bearer).await?
        }
        outcome => outcome?,
    }
    if more {
        let problem = "holds too many session cookies: delete those of this site";
        return Err(FieldProblem::new("cookie", problem).into());
    }
    let cleared = cookies::clear(&headers, call.settings)?;
    // Cookies are cleared one by one: here, those of every app of the domain would go. What else the browser stores may be an app's of the
    // same origin.
    let clear = [(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""))];
    Ok((clear, SetCookies(cleared), Json(LoggedOut { success: true, message: "Signed out" })).into_response())
}

/// The refresh token of a body. What can't be one says nothing, unless there may be one in it.
fn refresh_token(member: Option<Value>) -> Result<Option<RefreshToken>, FieldProblem> {
    match member {
        Some(Value::String(text)) => Ok(RefreshToken::parse(text.trim())),
        Some(Value::Array(_) | Value::Object(_)) => {
            Err(FieldProblem::new("refreshToken", "must be a string"))
        }
        _ => Ok(None),
    }
}

async fn by_token(call: &Call, bearer: &Bearer<'_>) -> Result<(), SignOutError> {
    match bearer {
        Bearer::Token(token) => {
            let credential = match RefreshToken::parse(token) {
                Some(token) => Credential::RefreshToken(token),
                None => Credential::AccessToken(token),
            };
            sessions::sign_out(call, credential).await
        }
        // It names something, and nobody can tell what.
        Bearer::Unusable => Err(SignOutError::InvalidToken),
        Bearer::None => Ok(()),
    }
}

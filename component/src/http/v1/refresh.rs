//! `POST /refresh`

use super::{
    session_to_token::session_to_token,
    signed_in::{self, SignedInBody},
};
use crate::{
    http::kit::{authentication::ByCookie, bodies::ProblemBody, body::Json, call::Call, problem::Problem},
    sessions,
};
use axum::{
    body::HttpBody as _,
    extract::{FromRequest, FromRequestParts as _, Request},
    response::Response,
};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefreshBody {
    refresh_token: String,
}

/// The credential of a request for the next tokens.
pub enum Shown {
    /// A refresh token.
    Token(RefreshBody),
    /// No body: the session cookie, if any, as from a page that has just been loaded.
    Cookie(Box<ByCookie>),
}

impl<S: Send + Sync> FromRequest<S> for Shown {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            let (mut parts, _) = request.into_parts();
            return ByCookie::from_request_parts(&mut parts, state)
                .await
                .map(|caller| Self::Cookie(Box::new(caller)));
        }
        Json::from_request(request, state).await.map(|Json(body)| Self::Token(body))
    }
}

/// Exchanges a refresh token, once. Shown again while its successor is unused, it gets the same successor: within 60 seconds, or from
/// the same family of user agents within `refresh_grace_seconds`, once for each token and three times a day. Shown again otherwise, its
/// session ends. Without a body, the session cookie is exchanged, as by `POST /session-to-token`.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "sessions", operation_id = "refresh", request_body = Option<RefreshBody>,
    responses(
        (status = 200, description = "The next tokens", body = SignedInBody),
        (status = 401, description = "`INVALID_REFRESH_TOKEN`; `UNAUTHENTICATED`: neither a token nor the cookie of a living session", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: by cookie, from an origin that may not", body = ProblemBody),
        (status = 429, description = "`RATE_LIMITED`: too many refused tokens from the client", body = ProblemBody),
    )
)]
pub async fn refresh(call: Call, headers: HeaderMap, shown: Shown) -> Result<Response, Problem> {
    match shown {
        Shown::Token(body) => Ok(signed_in::tokens(sessions::refresh(&call, &body.refresh_token).await?)),
        Shown::Cookie(caller) => session_to_token(call, headers, *caller).await,
    }
}

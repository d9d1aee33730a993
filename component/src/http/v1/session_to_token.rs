//! `POST /session-to-token`

use super::signed_in::{self, SignedInBody};
use crate::{
    http::kit::{authentication::ByCookie, bodies::ProblemBody, call::Call, origin, problem::Problem},
    sessions,
};
use axum::response::Response;
use http::HeaderMap;

/// Exchanges the session cookie for tokens of the calling page's own (single sign-on): a child session that ends
/// with the cookie's. Only for origins that may; an origin that exchanges again replaces its child.
#[utoipa::path(
    post, path = "/api/v1/auth/session-to-token", tag = "sessions", operation_id = "exchangeSession", security(("cookie" = [])),
    responses(
        (status = 200, description = "Tokens for the page", body = SignedInBody),
        (status = 403, description = "`FORBIDDEN`: the origin may not", body = ProblemBody),
    )
)]
pub async fn session_to_token(
    call: Call,
    headers: HeaderMap,
    ByCookie(caller): ByCookie,
) -> Result<Response, Problem> {
    Ok(signed_in::tokens(sessions::exchange(&call, &caller, origin::of(&headers)).await?))
}

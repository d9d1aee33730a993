//! `POST /session-to-token`

use super::signed_in::{self, SignedInBody};
use crate::{
    http::kit::{
        authentication::ByCookie,
        bodies::ProblemBody,
        call::Call,
        cookies::{self, SetCookies},
        origin,
        problem::Problem,
    },
    sessions,
};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;

/// Exchanges the session cookie for tokens of the calling page's own (single sign-on): a child session that ends
/// with the cookie's. Only for origins that may; an origin that exchanges again replaces its child.
#[utoipa::path(
    post, path = "/api/v1/auth/session-to-token", tag = "sessions", operation_id = "exchangeSession", security(("cookie" = [])),
    responses(
        (status = 200, description = "Tokens for the page, and the session cookie anew", body = SignedInBody, headers(("set-cookie" = String, description = "the session cookie, until the session's end"))),
        (status = 403, description = "`FORBIDDEN`: the origin may not", body = ProblemBody),
    )
)]
pub async fn session_to_token(
    call: Call,
    headers: HeaderMap,
    ByCookie { mut caller, cookie }: ByCookie,
) -> Result<Response, Problem> {
    let signed_in = sessions::exchange(&call, &mut caller, origin::of(&headers)).await?;
    // Always: where the page's own tokens were refreshed, the session's end has moved on without its cookie's.
    let cookie = cookies::set(call.settings, &cookie, &caller.session, call.now)?;
    Ok((SetCookies([cookie]), signed_in::tokens(signed_in)).into_response())
}

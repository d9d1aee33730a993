//! `GET /session`

use super::{
    authentication::Authenticated, call::Call, openapi::ProblemBody, problem::Failure, sessions::SessionBody,
};
use crate::accounts::User;
use axum::{
    Json,
    response::{AppendHeaders, IntoResponse as _, Response},
};
use http::header::SET_COOKIE;
use serde::Serialize;
use utoipa::ToSchema;

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct CurrentSession {
    user: User,
    session: SessionBody,
}

/// Who is signed in. At most once a day it also moves the session's end, and the cookie's with it.
#[utoipa::path(
    get, path = "/api/v1/auth/session", tag = "sessions", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, body = CurrentSession), (status = 401, description = "`UNAUTHENTICATED`", body = ProblemBody))
)]
pub async fn session(call: Call, authenticated: Authenticated) -> Result<Response, Failure> {
    let (caller, cookie) = authenticated.renewed(&call).await?;
    let session = SessionBody::new(&caller.session, true);
    let body = Json(CurrentSession { user: caller.user, session });
    Ok((AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie))), body).into_response())
}

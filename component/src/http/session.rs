//! `GET /session`

use super::{
    authentication::Authenticated, call::Call, cookies, openapi::ProblemBody, problem::Failure,
    sessions::SessionBody,
};
use crate::{accounts::User, sessions};
use axum::{
    Json,
    response::{IntoResponse as _, Response},
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
    let Authenticated { mut caller, cookie } = authenticated;
    let slid = sessions::slide(&call, &mut caller).await;
    let renewed = match cookie.filter(|_| slid) {
        Some(cookie) => Some(cookies::set(call.settings, &cookie, &caller.session, call.now)?),
        None => None,
    };
    let session = SessionBody::new(&caller.session, true);
    let mut response = Json(CurrentSession { user: caller.user, session }).into_response();
    if let Some(cookie) = renewed {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

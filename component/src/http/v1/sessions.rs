//! `/sessions`

use crate::{
    http::kit::{
        authentication::Authenticated,
        bodies::{ProblemBody, Success},
        call::Call,
        cookies::{self, SetCookies},
        fields::DateTime,
        problem::Problem,
    },
    ids::SessionId,
    sessions::{self, Session},
};
use axum::{
    Json,
    extract::{Path, rejection::PathRejection},
    response::{IntoResponse as _, Response},
};
use http::HeaderMap;
use mana_auth_hygiene::Code;
use serde::Serialize;
use utoipa::ToSchema;

/// A session, as its owner sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionBody {
    id: SessionId,
    #[schema(required)]
    device_id: Option<String>,
    #[schema(required)]
    device_name: Option<String>,
    #[schema(required)]
    ip_address: Option<String>,
    #[schema(required)]
    user_agent: Option<String>,
    created_at: DateTime,
    last_activity_at: DateTime,
    expires_at: DateTime,
    remember_me: bool,
    /// The session that this one was exchanged from, and ends with.
    #[schema(required)]
    parent_id: Option<SessionId>,
    /// The origin that it was exchanged for.
    #[schema(required)]
    origin: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

impl SessionBody {
    pub fn new(session: &Session, current: bool) -> Self {
        Self {
            id: session.id,
            device_id: session.device.id.clone(),
            device_name: session.device.name.clone(),
            ip_address: session.ip_address.clone(),
            user_agent: session.user_agent.clone(),
            created_at: session.created_at.into(),
            last_activity_at: session.last_activity_at.into(),
            expires_at: session.expires_at.into(),
            remember_me: session.remember_me,
            parent_id: session.parent_id,
            origin: session.origin.clone(),
            current,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Revoked {
    #[schema(example = true)]
    success: bool,
    /// How many it was.
    revoked: u64,
}

/// Where the user is signed in, newest first; also what was exchanged from it for other origins.
#[utoipa::path(
    get, path = "/api/v1/auth/sessions", tag = "sessions", operation_id = "listSessions", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, description = "The sessions", body = Vec<SessionBody>))
)]
pub async fn list(call: Call, authenticated: Authenticated) -> Result<Json<Vec<SessionBody>>, Problem> {
    let caller = authenticated.caller;
    let current = caller.session.id;
    let sessions = sessions::list(&call, caller.user.id).await?;
    Ok(Json(sessions.iter().map(|session| SessionBody::new(session, session.id == current)).collect()))
}

/// Ends every session of the user but this one, and the one that it was exchanged from.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions", tag = "sessions", operation_id = "endOtherSessions", security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "How many have ended", body = Revoked),
    )
)]
pub async fn end_others(call: Call, authenticated: Authenticated) -> Result<Json<Revoked>, Problem> {
    let revoked = sessions::revoke_others(&call, &authenticated.caller).await?;
    Ok(Json(Revoked { success: true, revoked }))
}

/// Ends one session of the user.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/{id}", tag = "sessions", operation_id = "endSession", security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The session's id")),
    responses(
        (status = 200, description = "The session has ended", body = Success),
        (status = 404, description = "`NOT_FOUND`: no such session of this user", body = ProblemBody),
    )
)]
pub async fn end(
    call: Call,
    authenticated: Authenticated,
    headers: HeaderMap,
    id: Result<Path<SessionId>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = id.map_err(|_| Code::NotFound)?;
    let caller = authenticated.caller;
    sessions::revoke_own(&call, &caller, id).await?;
    let is_own = authenticated.cookie.is_some() && id == caller.session.id;
    let cleared = is_own.then(|| cookies::clear(&headers, call.settings)).transpose()?;
    Ok((SetCookies(cleared.into_iter().flatten()), Json(Success::yes())).into_response())
}

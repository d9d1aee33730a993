//! `GET /session`

use super::{sessions::SessionBody, user::UserBody};
use crate::{
    accounts::User,
    error::{Bug, Failure},
    http::kit::{
        authentication::{Authenticated, Credential},
        call::Call,
        cookies::{self, SetCookies},
        problem::Problem,
    },
    invalidations::{Position, Reuse},
    secrets::CookieSecret,
    sessions::{
        self, Session,
        cache::{self, Cached},
    },
};
use axum::{
    Extension,
    http::Method,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use serde::Serialize;
use utoipa::ToSchema;

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub struct CurrentSession {
    user: UserBody,
    session: SessionBody,
}

/// Who is signed in. At most once a day it also moves the session's end, and the cookie's with it.
#[utoipa::path(
    get, path = "/api/v1/auth/session", tag = "sessions", operation_id = "getSession", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, description = "The user and the session", body = CurrentSession))
)]
pub async fn session(call: Call, method: Method, headers: HeaderMap) -> Result<Response, Problem> {
    let remembered = match Credential::of(&headers, call.settings) {
        Credential::Cookies(cookies) => match cookies.as_slice() {
            [cookie] => cached(&call, &headers, cookie).await?,
            // Which of them counts, only the database can tell.
            _ => None,
        },
        Credential::Bearer(token) => remembered(&call, token).await?,
        Credential::Unusable | Credential::None => None,
    };
    match remembered {
        Some(answer) => Ok(answer),
        None => from_database(&call, &method, &headers).await,
    }
}

/// The answer that the client brought itself, or was given last, if it still holds.
async fn cached(
    call: &Call,
    headers: &HeaderMap,
    cookie: &CookieSecret,
) -> Result<Option<Response>, Problem> {
    let Some(cached) = read_cache(call, headers, cookie).await else { return Ok(None) };
    let renewed = cached.renewed.as_deref().map(|jwe| cookies::set_cache(call.settings, jwe));
    let answer = answer(cached.rendered(body)?.to_owned(), renewed.transpose()?);
    Ok(Some(reusable(answer, cached.reuse)))
}

async fn read_cache(call: &Call, headers: &HeaderMap, cookie: &CookieSecret) -> Option<Cached> {
    for jwe in cookies::caches(headers, call.settings) {
        let cached = cache::read(call, cookie, jwe).await;
        if cached.is_some() {
            return cached;
        }
    }
    cache::recall(call, cookie).await
}

/// The answer that this instance remembers for a token, if it still holds.
async fn remembered(call: &Call, token: &str) -> Result<Option<Response>, Problem> {
    let Some((remembered, reuse)) = sessions::cached(call, token).await? else { return Ok(None) };
    let body = body(&remembered.user, &remembered.session)?;
    Ok(Some(reusable(answer(body, None), Some(reuse))))
}

async fn from_database(call: &Call, method: &Method, headers: &HeaderMap) -> Result<Response, Problem> {
    let authenticated = Authenticated::of(call, method, headers).await?;
    let cookie = authenticated.cookie.clone();
    let (caller, renewed) = authenticated.renewed(call).await?;
    let body = body(&caller.user, &caller.session)?;
    let cache = match &cookie {
        Some(cookie) => cache_cookie(call, &caller.user, &caller.session, cookie, caller.as_of)?,
        None => None,
    };
    Ok(answer(body, renewed.into_iter().chain(cache)))
}

/// The cookie with which the database need not be asked about a session again.
pub fn cache_cookie(
    call: &Call,
    user: &User,
    session: &Session,
    cookie: &CookieSecret,
    as_of: Position,
) -> Result<Option<HeaderValue>, Problem> {
    let jwe = cache::encrypt(call, user, session, cookie, as_of);
    Ok(jwe.map(|jwe| cookies::set_cache(call.settings, &jwe)).transpose()?)
}

/// The answer's body.
fn body(user: &User, session: &Session) -> Result<String, Failure> {
    let current = CurrentSession { user: user.clone().into(), session: SessionBody::new(session, true) };
    serde_json::to_string(&current).map_err(|_| Bug::Missing("a session that can be written").into())
}

fn reusable(answer: Response, reuse: Option<Reuse>) -> Response {
    (reuse.map(Extension), answer).into_response()
}

fn answer(body: String, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    ([(CONTENT_TYPE, "application/json")], SetCookies(cookies), body).into_response()
}

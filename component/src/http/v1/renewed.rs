//! The answer to whoever has proven again who they are: their session has new secrets.

use super::{signed_in::SignedInBody, user::UserBody};
use crate::{
    http::kit::{
        call::Call,
        cookies::{self, SetCookies},
        fields::DateTime,
        problem::Problem,
    },
    sessions::SignedIn,
};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Renewed {
    #[schema(example = true)]
    success: bool,
    /// After a step-up: when the user proved who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    auth_time: Option<DateTime>,
    /// As the members that follow, for those who came with a bearer token, which is no longer accepted: new tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user: Option<UserBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_type: Option<&'static str>,
}

impl Renewed {
    fn new(auth_time: Option<DateTime>, tokens: Option<SignedInBody>) -> Self {
        let Some(tokens) = tokens else {
            return Self {
                success: true,
                auth_time,
                user: None,
                access_token: None,
                refresh_token: None,
                expires_in: None,
                token_type: None,
            };
        };
        let SignedInBody { user, access_token, refresh_token, expires_in, token_type } = tokens;
        Self {
            success: true,
            auth_time,
            user: Some(user),
            access_token: Some(access_token),
            refresh_token: Some(refresh_token),
            expires_in: Some(expires_in),
            token_type: Some(token_type),
        }
    }
}

/// With the session's new cookie; and with tokens for those who came with one.
pub fn answer(
    call: &Call,
    headers: &HeaderMap,
    signed_in: SignedIn,
    by_token: bool,
    auth_time: Option<DateTime>,
) -> Result<Response, Problem> {
    let mut set = Vec::new();
    if let Some(cookie) = &signed_in.cookie {
        set.push(cookies::set(call.settings, cookie, &signed_in.session, call.now)?);
        set.push(cookies::clear_cache(call.settings)?);
        set.extend(cookies::clear_others(headers, call.settings)?);
    }
    let body = Renewed::new(auth_time, by_token.then(|| signed_in.into()));
    Ok((SetCookies(set), axum::Json(body)).into_response())
}

//! The answer to whatever signs someone in.

use super::{session, user::UserBody};
use crate::{
    http::kit::{
        call::Call,
        cookies::{self, SetCookies},
        origin,
        problem::Problem,
    },
    sessions::SignedIn,
};
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use utoipa::ToSchema;

/// Tokens for a client, and whom they are for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedInBody {
    pub user: UserBody,
    /// A JWT; send it as `Authorization: Bearer`.
    pub access_token: String,
    /// For the next tokens; usable once.
    pub refresh_token: String,
    /// How long the access token is valid, in seconds; less than a quarter of an hour where its session ends before.
    #[schema(example = 900)]
    pub expires_in: i64,
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
}

impl From<SignedIn> for SignedInBody {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            user: signed_in.user.into(),
            access_token: signed_in.access_token.text,
            refresh_token: signed_in.refresh_token.expose(),
            expires_in: signed_in.access_token.expires_in.as_seconds(),
            token_type: "Bearer",
        }
    }
}

/// For clients that keep tokens alone.
pub fn tokens(signed_in: SignedIn) -> Response {
    Json(SignedInBody::from(signed_in)).into_response()
}

/// With the cookies of the session and the device, in place of those that the request came with.
pub fn answer(call: &Call, headers: &HeaderMap, signed_in: SignedIn) -> Result<Response, Problem> {
    let cookies = cookies_of(call, headers, &signed_in)?;
    Ok((SetCookies(cookies), Json(SignedInBody::from(signed_in))).into_response())
}

/// The cookies of whoever was signed in.
pub fn cookies_of(
    call: &Call,
    headers: &HeaderMap,
    signed_in: &SignedIn,
) -> Result<Vec<HeaderValue>, Problem> {
    let mut cookies = cookies::clear_others(headers, call.settings)?;
    if let Some(cookie) = &signed_in.cookie {
        origin::tell_of_lost_cookies(call, headers);
        let SignedIn { user, session, as_of, .. } = signed_in;
        cookies.push(cookies::set(call.settings, cookie, session, call.now)?);
        let cache = session::cache_cookie(call, user, session, cookie, *as_of)?;
        cookies.extend(cache);
    }
    if let Some(cookie) = &signed_in.device_cookie {
        cookies.push(cookies::set_device(call.settings, cookie)?);
    }
    Ok(cookies)
}

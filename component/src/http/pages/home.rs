//! `/`, the stylesheet, and where password managers look.

use super::{
    login::is_signed_in,
    visit::{HOME, Visit, stylesheet},
};
use crate::http::kit::{call::Call, problem::Problem};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{
    HeaderValue, StatusCode, Uri,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use mana_auth_hygiene::Code;
use mana_auth_pages::About;

/// To one's account, or to where one signs in. Where the pages are turned off, it says what this is.
pub async fn home(visit: Visit) -> Result<Response, Problem> {
    if !visit.settings().pages {
        return Ok(visit.show(StatusCode::OK, &About));
    }
    let path = if is_signed_in(&visit.call, &visit.headers).await? { HOME } else { "/login" };
    Ok(Redirect::to(path).into_response())
}

/// To where one changes the password (W3C, "A well-known URL for changing passwords").
pub async fn change_password() -> Redirect {
    Redirect::to("/account/security")
}

/// The stylesheet, under the name that its content has. It can be kept for ever.
pub async fn style(call: Call, uri: Uri) -> Result<Response, Problem> {
    let style = stylesheet(call.settings);
    if uri.path() != style.path {
        return Err(Code::NotFound.into());
    }
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, style.text.as_str()).into_response())
}

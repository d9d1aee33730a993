//! `/logout`

use super::{
    form::Form,
    kept::{Done, Kept},
    signed::Signed,
    visit::Visit,
};
use crate::{
    error::FieldProblem,
    http::kit::{
        cookies::{self, SetCookies},
        origin,
        problem::Problem,
    },
    sessions::{self, Credential},
};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use mana_auth_pages::Logout;

/// The button. A link that signs people out would do so from anywhere.
pub async fn ask(signed: Signed) -> Response {
    signed.show(StatusCode::OK, &Logout { email: signed.email() })
}

/// Signs out. Where it can't be told who is signed in, every session ends that a cookie names: somebody may have planted one.
pub async fn sign_out(
    visit: Visit,
    signed: Result<Signed, Response>,
    sent: Form,
) -> Result<Response, Problem> {
    let (call, headers) = (&visit.call, &visit.headers);
    let (cookies, more) = cookies::all_sessions(headers);
    if cookies.is_empty() {
        origin::refuse_foreign(headers, call)?;
    } else {
        origin::require(&Method::POST, headers, call)?;
    }
    if let Ok(signed) = signed {
        signed.with(&sent)?;
    }
    for cookie in cookies {
        sessions::sign_out(call, Credential::Cookie(cookie)).await?;
    }
    if more {
        return Err(FieldProblem::new("cookie", "holds too many sessions").into());
    }
    let cleared = cookies::clear(headers, call.settings)?;
    // Cookies are cleared one by one: here, those of every app of the domain would go.
    let clear =
        [(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""))];
    let visit = visit.with(&sent);
    let next = match &visit.return_to {
        Some(place) => Redirect::to(place.as_str()).into_response(),
        None => visit.keep(&Kept::done(Done::SignedOut), Redirect::to("/login").into_response())?,
    };
    Ok((clear, SetCookies(cleared), next).into_response())
}

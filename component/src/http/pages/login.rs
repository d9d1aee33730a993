//! `/login`

use super::{
    form::Form,
    refusal::{of_sign_in, refused},
    visit::Visit,
};
use crate::{
    credentials::{self, SignIn},
    email::Email,
    error::Failure,
    http::{
        kit::{
            call::Call,
            cookies::{self, SetCookies},
            origin::FirstParty,
            problem::Problem,
        },
        v1::signed_in,
    },
    passwords::Password,
    sessions::{self, AuthenticateError, SignedIn},
};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use mana_auth_pages::{Login, Refusal};

/// The form. Whoever is signed in has no need of it.
pub async fn ask(visit: Visit) -> Result<Response, Problem> {
    if is_signed_in(&visit.call, &visit.headers).await? {
        return Ok(visit.leave());
    }
    let said = visit.kept.done.and_then(super::kept::Done::said);
    let email = visit.kept.email.as_deref().unwrap_or_default();
    let page = visit.show(StatusCode::OK, &Login { email, said, ..view(&visit) });
    Ok(if said.is_some() { visit.forget(page) } else { page })
}

/// Signs in.
pub async fn sign_in(visit: Visit, _: FirstParty, sent: Form) -> Result<Response, Problem> {
    let visit = visit.with(&sent);
    let remember = sent.field("remember") == "true";
    let again = |refusal| {
        let page = Login { email: sent.field("email"), remember, refusal: Some(refusal), ..view(&visit) };
        refused(visit.show(StatusCode::OK, &page), refusal)
    };
    let Ok(password) = Password::parse(sent.field("password")) else {
        return Ok(again(Refusal::Mismatch));
    };
    match credentials::sign_in(&visit.call, request(&visit, sent.field("email"), password, remember)).await {
        Ok(signed_in) => enter(&visit, &signed_in),
        Err(error) => Ok(again(of_sign_in(error)?)),
    }
}

/// What a browser signs in with.
pub fn request(visit: &Visit, email: &str, password: Password, remember_me: bool) -> SignIn {
    SignIn {
        email: Email::parse(email).ok(),
        password,
        remember_me,
        device: visit.device(),
        device_cookies: cookies::devices(&visit.headers, visit.settings()),
        replaces: cookies::sessions(&visit.headers, visit.settings()),
    }
}

/// With the session's cookies, to where the person wanted.
pub fn enter(visit: &Visit, signed_in: &SignedIn) -> Result<Response, Problem> {
    let cookies = signed_in::cookies_of(&visit.call, &visit.headers, signed_in)?;
    // What was kept is of whoever was here before.
    Ok((SetCookies(cookies), visit.forget(visit.leave())).into_response())
}

/// Whether a session's cookie came along that is good.
pub async fn is_signed_in(call: &Call, headers: &HeaderMap) -> Result<bool, Failure> {
    let cookies = cookies::sessions(headers, call.settings);
    if cookies.is_empty() {
        return Ok(false);
    }
    match sessions::by_cookies(call, cookies).await {
        Ok(_) => Ok(true),
        Err(AuthenticateError::Unauthenticated) => Ok(false),
        Err(AuthenticateError::Failed(failure)) => Err(failure),
    }
}

fn view(visit: &Visit) -> Login<'_> {
    let app = visit.return_to.as_ref().and_then(crate::settings::ReturnTo::origin);
    Login {
        then: app.map(|origin| origin.as_str().split_once("://").map_or("", |(_, host)| host)),
        has_mail: visit.settings().mail.is_some(),
        ..Login::default()
    }
}

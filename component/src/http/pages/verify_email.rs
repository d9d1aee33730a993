//! `/verify-email`: where an address is proven.

use super::{
    button::token_in,
    form::Form,
    page::{asking, page},
};
use crate::{
    credentials::{self, Mailed, Purpose, ReauthenticateError, VerificationPassword, VerifyEmailError},
    http::kit::{call::Call, cookies, parameters::Parameters, problem::Problem},
    passwords::{NewPassword, Password},
    secrets::ChallengeToken,
    settings::Page,
};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};

const TITLE: &str = "Confirm your address";

/// The form. Opening it spends nothing.
pub async fn ask(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    asking(&call, &headers, TITLE, &form(&token_in(&parameters), None))
}

/// Proves the address. A password that is not the account's becomes it.
pub async fn prove(call: Call, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    let (token, typed) = (sent.field("token"), sent.field("password"));
    let again = |problem: &str| {
        let problem = format!("The password {problem}");
        page(&call, StatusCode::BAD_REQUEST, TITLE, &form(token, Some(&problem)))
    };
    let browser = cookies::challenge(&headers, call.settings);
    let mailed = Mailed::Token(ChallengeToken::parse(token));
    let shown = match credentials::shown_verification(&call, &mailed, browser.as_ref()).await {
        Ok(Some(shown)) => shown,
        Ok(None) => return Ok(done(&call)),
        Err(VerifyEmailError::Failed(failure)) => return Err(failure.into()),
        Err(_) => return Ok(bad(&call)),
    };
    // Without one the account's would go: a scanner of mail that presses the button must not lock anybody out.
    let new = match NewPassword::parse(typed) {
        Ok(new) => new,
        Err(problem) => return Ok(again(problem)),
    };
    let known = match Password::parse(typed) {
        Ok(typed) => {
            let purpose = Purpose::EmailVerification;
            match credentials::reauthenticate(&call, &shown.user, &typed, purpose).await {
                Ok(proof) => Some(proof),
                Err(ReauthenticateError::InvalidCredentials) => None,
                Err(error) => return Err(error.into()),
            }
        }
        Err(_) => None,
    };
    let password = known.map_or(VerificationPassword::Becomes(&new), VerificationPassword::Stays);
    match credentials::verify_email(&call, shown, password, browser.as_ref()).await {
        // Asked again: the row may have been written by somebody else.
        Ok(app) => Ok(match app.and_then(|app| call.settings.redirect(&app)) {
            Some(app) => Redirect::to(&app.to_string()).into_response(),
            None => done(&call),
        }),
        Err(VerifyEmailError::Invalid(problem)) => Ok(again(&problem.message)),
        Err(VerifyEmailError::TokenInvalid) => Ok(bad(&call)),
        Err(VerifyEmailError::Failed(failure)) => Err(failure.into()),
    }
}

fn done(call: &Call) -> Response {
    page(
        call,
        StatusCode::OK,
        "Your address is confirmed",
        &html! { p { "Sign in with the password that was typed with this link first. If it was not the one that you registered with, it is your new one." } },
    )
}

fn bad(call: &Call) -> Response {
    page(
        call,
        StatusCode::BAD_REQUEST,
        "This link is not good",
        &html! { p { "It was used, its 24 hours are over, or something else was changed since. Ask for another one." } },
    )
}

fn form(token: &str, problem: Option<&str>) -> Markup {
    html! {
        @if let Some(problem) = problem { p class="problem" role="alert" { (problem) } }
        p { "Type the password that you registered with. If you did not register yourself, choose another one: then whoever did can't sign in." }
        form method="post" action=(Page::VerifyEmail.path()) {
            input type="hidden" name="token" value=(token);
            label for="password" { "Your password, or a new one of at least 12 characters" }
            input id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required;
            button { "Confirm the address" }
        }
    }
}

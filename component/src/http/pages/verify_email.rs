//! `/verify-email`: where an address is proven.

use super::{
    button::token_in,
    form::Form,
    page::{asking, page},
};
use crate::{
    credentials::{self, Mailed, VerifyEmailError, WithPassword},
    http::kit::{call::Call, cookies, parameters::Parameters, problem::Problem},
    passwords::{NewPassword, Password},
    secrets::ChallengeToken,
    settings::Page,
};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};

const TITLE: &str = "Confirm your address";

/// The form. Opening it spends nothing. The browser that has registered the address need type nothing.
pub async fn ask(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    let token = token_in(&parameters);
    let browser = cookies::challenge(&headers, call.settings);
    let shown = credentials::shown_verification(&call, &mailed(&token), browser.as_ref()).await;
    let is_of_browser = matches!(shown, Ok(shown) if shown.is_of_browser(&call, browser.as_ref()));
    let form = if is_of_browser { button(&token) } else { form(&token, None) };
    asking(&call, &headers, TITLE, &form)
}

/// Proves the address. A password that is not the one of before takes its place.
pub async fn prove(call: Call, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    let (token, typed) = (sent.field("token"), sent.field("password"));
    let again = |problem: &str| {
        let problem = format!("The password {problem}");
        page(&call, StatusCode::BAD_REQUEST, TITLE, &form(token, Some(&problem)))
    };
    let browser = cookies::challenge(&headers, call.settings);
    let shown = match credentials::shown_verification(&call, &mailed(token), browser.as_ref()).await {
        Ok(shown) => shown,
        Err(VerifyEmailError::Failed(failure)) => return Err(failure.into()),
        Err(_) => return Ok(bad(&call)),
    };
    let proven = if typed.is_empty() && shown.is_of_browser(&call, browser.as_ref()) {
        credentials::verify_email(&call, &shown, WithPassword::None, browser.as_ref()).await
    } else {
        // Without one, that of before would go: a scanner of mail that presses the button must not lock anybody out.
        let same = match Password::parse(typed) {
            Ok(same) => same,
            Err(problem) => return Ok(again(problem)),
        };
        let same = WithPassword::Same(&same);
        match credentials::verify_email(&call, &shown, same, browser.as_ref()).await {
            // Whoever holds the link may choose another, however often the one of before was guessed.
            Err(VerifyEmailError::InvalidCredentials | VerifyEmailError::Throttled(_)) => {
                let new = match NewPassword::parse(typed) {
                    Ok(new) => new,
                    Err(problem) => return Ok(again(problem)),
                };
                credentials::verify_email(&call, &shown, WithPassword::New(&new), browser.as_ref()).await
            }
            outcome => outcome,
        }
    };
    match proven {
        // Asked again: the row may have been written by somebody else.
        Ok(app) => Ok(match app.and_then(|app| call.settings.redirect(&app)) {
            Some(app) => Redirect::to(&app.to_string()).into_response(),
            None => done(&call),
        }),
        Err(VerifyEmailError::Invalid(problem)) => Ok(again(&problem.message)),
        Err(VerifyEmailError::TokenInvalid) => Ok(bad(&call)),
        Err(error) => Err(error.into()),
    }
}

fn mailed(token: &str) -> Mailed {
    Mailed::Token(ChallengeToken::parse(token))
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

fn button(token: &str) -> Markup {
    html! {
        p { "Then your account is ready, with the password that you registered with." }
        form method="post" action=(Page::VerifyEmail.path()) {
            input type="hidden" name="token" value=(token);
            button { "Confirm the address" }
        }
    }
}

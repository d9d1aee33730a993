//! `/reset-password`: where a new password is chosen.

use super::{
    button::token_in,
    form::Form,
    page::{asking, page},
};
use crate::{
    credentials::{self, Mailed, ResetPasswordError},
    http::kit::{call::Call, cookies, parameters::Parameters, problem::Problem},
    passwords::NewPassword,
    secrets::ChallengeToken,
};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};

const TITLE: &str = "Choose a new password";

/// The form. Opening it spends nothing.
pub async fn ask(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    asking(&call, &headers, TITLE, &form(&token_in(&parameters), None))
}

/// Sets the password.
pub async fn set(call: Call, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    let token = sent.field("token");
    let again = |problem: &str| {
        let problem = format!("The password {problem}");
        page(&call, StatusCode::BAD_REQUEST, TITLE, &form(token, Some(&problem)))
    };
    let new = match NewPassword::parse(sent.field("newPassword")) {
        Ok(new) => new,
        Err(problem) => return Ok(again(problem)),
    };
    let browser = cookies::challenge(&headers, call.settings);
    let mailed = Mailed::Token(ChallengeToken::parse(token));
    match credentials::reset_password(&call, mailed, &new, browser.as_ref()).await {
        Ok(()) => Ok(page(
            &call,
            StatusCode::OK,
            "Your password is set",
            &html! {
                p { "Every session of your account has ended. Sign in with the new password: where several were typed with this link, with the first one." }
            },
        )),
        Err(ResetPasswordError::Invalid(problem)) => Ok(again(&problem.message)),
        Err(ResetPasswordError::TokenInvalid) => Ok(page(
            &call,
            StatusCode::BAD_REQUEST,
            "This link is not good",
            &html! {
                p { "It was used, its hour is over, or something else was changed since. Ask for another one." }
            },
        )),
        Err(ResetPasswordError::Failed(failure)) => Err(failure.into()),
    }
}

fn form(token: &str, problem: Option<&str>) -> Markup {
    html! {
        @if let Some(problem) = problem { p class="problem" role="alert" { (problem) } }
        form method="post" action="/reset-password" {
            input type="hidden" name="token" value=(token);
            label for="newPassword" { "New password, at least 12 characters" }
            input id="newPassword" name="newPassword" type="password" autocomplete="new-password" required minlength="12" maxlength="256";
            button { "Set the password" }
        }
    }
}

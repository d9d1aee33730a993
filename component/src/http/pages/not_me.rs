//! `/not-me`: where somebody says that it wasn't them.

use super::{
    form::Form,
    page::{asking, page},
};
use crate::{
    credentials::{self, NotMeError},
    http::kit::{call::Call, cookies, parameters::Parameters, problem::Problem},
    secrets::ChallengeToken,
};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use maud::html;

/// The longest token that is shown in a form, in characters.
const TOKEN: usize = 128;

/// The button. Opening the page spends nothing.
pub async fn ask(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    let token = parameters.text("token", TOKEN).ok().flatten().unwrap_or_default();
    asking(
        &call,
        &headers,
        "This wasn't me",
        &html! {
            p { "Every session of your account will end, and its password will no longer be accepted. You get a mail with a link to a new one." }
            form method="post" action="/not-me" {
                input type="hidden" name="token" value=(token);
                button { "End every session" }
            }
        },
    )
}

/// Ends every session.
pub async fn end(call: Call, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    let browser = cookies::challenge(&headers, call.settings);
    match credentials::not_me(&call, ChallengeToken::parse(sent.field("token")), browser.as_ref()).await {
        Ok(()) => Ok(page(
            &call,
            StatusCode::OK,
            "Every session has ended",
            &html! {
                p { "A mail with a link to a new password is on its way." }
            },
        )),
        Err(NotMeError::TokenInvalid) => Ok(page(
            &call,
            StatusCode::BAD_REQUEST,
            "This link is not good",
            &html! {
                p { "It was used, its 7 days are over, or your account has another address since." }
            },
        )),
        Err(NotMeError::Failed(failure)) => Err(failure.into()),
    }
}

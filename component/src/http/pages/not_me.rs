//! `/not-me`: where somebody says that it wasn't them.

use super::{
    button::{self, Outcome, Words},
    form::Form,
};
use crate::{
    credentials::{self, NotMeError},
    http::kit::{call::Call, cookies, parameters::Parameters, problem::Problem},
    secrets::ChallengeToken,
    settings::Page,
};
use axum::response::Response;
use http::HeaderMap;

const WORDS: Words = Words {
    title: "This wasn't me",
    asks: "Every session of your account will end, and its password will no longer be accepted. You get a mail with a link to a new one.",
    tick: Some("It was not me"),
    button: "End every session",
    done: ["Every session has ended", "A mail with a link to a new password was sent."],
    bad: "It was used, its 7 days are over, or your account has another address since.",
};

/// The button.
pub async fn ask(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    button::ask(&call, &headers, &parameters, Page::NotMe.path(), &WORDS)
}

/// Ends every session.
pub async fn press(call: Call, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    if let Some(page) = button::unticked(&call, &sent, Page::NotMe.path(), &WORDS) {
        return Ok(page);
    }
    let browser = cookies::challenge(&headers, call.settings);
    let token = ChallengeToken::parse(sent.field("token"));
    let outcome = match credentials::not_me(&call, token, browser.as_ref()).await {
        Ok(()) => Outcome::Done,
        Err(NotMeError::TokenInvalid) => Outcome::Bad,
        Err(NotMeError::Failed(failure)) => return Err(failure.into()),
    };
    Ok(button::answer(&call, &WORDS, &outcome))
}

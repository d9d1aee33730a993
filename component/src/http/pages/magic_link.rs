//! `/magic-link`: signs the browser in that asked for it.

use super::{
    button::{self, Outcome, Words},
    form::Form,
    page::page,
};
use crate::{
    credentials::{self, TokenOrCode, UseMagicLink, UseMagicLinkError},
    http::{
        kit::{
            call::Call,
            cookies::{self, SetCookies},
            origin::FirstParty,
            parameters::Parameters,
            problem::Problem,
        },
        v1::signed_in,
    },
    secrets::ChallengeToken,
    sessions::Device,
    settings::Page,
};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use maud::html;

const WORDS: Words = Words {
    title: "Sign in",
    asks: "You asked for this mail in this browser. Press the button to sign in here.",
    tick: None,
    button: "Sign in",
    done: ["You are signed in", "Go back to where you asked for it."],
    bad: "It was used, its 15 minutes are over, or it was asked for in another browser: type the code in the mail there.",
};

/// The button; to another browser than the one that asked, where the code is to be typed.
pub async fn ask(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    if cookies::challenge(&headers, call.settings).is_some() {
        return button::ask(&call, &headers, &parameters, Page::MagicLink.path(), &WORDS);
    }
    page(
        &call,
        StatusCode::OK,
        "Go back to your other window",
        &html! {
            p { "You asked for this mail in another browser. Type the code that stands in the mail there: nobody is signed in here." }
        },
    )
}

/// Signs in.
pub async fn sign_in(call: Call, _: FirstParty, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    let request = UseMagicLink {
        mailed: TokenOrCode::Token(ChallengeToken::parse(sent.field("token"))),
        browser: cookies::challenge(&headers, call.settings),
        device: Device::of(&call.client, None, None),
        device_cookies: cookies::devices(&headers, call.settings),
        replaces: cookies::sessions(&headers, call.settings),
    };
    let signed_in = match credentials::use_magic_link(&call, request).await {
        Ok(signed_in) => signed_in,
        Err(UseMagicLinkError::Repeated) => return Ok(button::answer(&call, &WORDS, &Outcome::Done)),
        Err(UseMagicLinkError::TokenInvalid) => return Ok(button::answer(&call, &WORDS, &Outcome::Bad)),
        Err(error) => return Err(error.into()),
    };
    let cookies = signed_in::cookies_of(&call, &headers, &signed_in)?;
    Ok((SetCookies(cookies), button::answer(&call, &WORDS, &Outcome::Done)).into_response())
}

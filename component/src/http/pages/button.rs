//! A page with one button, and what it says once that is pressed.

use super::page::{asking, page};
use crate::http::kit::{call::Call, parameters::Parameters};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use maud::html;

/// The words of a page.
pub struct Words {
    pub title: &'static str,
    pub asks: &'static str,
    pub button: &'static str,
    pub done: [&'static str; 2],
    /// Why the link may not be good.
    pub bad: &'static str,
}

/// What pressing the button has led to.
pub enum Outcome {
    Done,
    Bad,
    /// Something else, in words.
    Refused(&'static str),
}

/// The longest token that is shown in a form, in characters.
const TOKEN: usize = 128;

/// The token that a page was opened with.
pub fn token_in(parameters: &Parameters) -> String {
    parameters.text("token", TOKEN).ok().flatten().unwrap_or_default()
}

/// The page. Opening it spends nothing.
pub fn ask(call: &Call, headers: &HeaderMap, parameters: &Parameters, path: &str, words: &Words) -> Response {
    asking(
        call,
        headers,
        words.title,
        &html! {
            p { (words.asks) }
            form method="post" action=(path) {
                input type="hidden" name="token" value=(token_in(parameters));
                button { (words.button) }
            }
        },
    )
}

/// What follows.
pub fn answer(call: &Call, words: &Words, outcome: &Outcome) -> Response {
    let (status, title, text) = match outcome {
        Outcome::Done => (StatusCode::OK, words.done[0], words.done[1]),
        Outcome::Bad => (StatusCode::BAD_REQUEST, "This link is not good", words.bad),
        Outcome::Refused(why) => (StatusCode::CONFLICT, "This is not possible", *why),
    };
    page(call, status, title, &html! { p { (text) } })
}

//! A page with one button, and what it says once that is pressed.

use super::{
    form::Form,
    page::{asking, page},
};
use crate::http::kit::{call::Call, cookies, parameters::Parameters};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};

/// The words of a page.
pub struct Words {
    pub title: &'static str,
    pub asks: &'static str,
    /// What is to be ticked first, where it can't be undone: scanners of mail press buttons.
    pub tick: Option<&'static str>,
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
    asking(call, headers, words.title, &form(&token_in(parameters), path, words, None))
}

fn form(token: &str, path: &str, words: &Words, problem: Option<&str>) -> Markup {
    html! {
        @if let Some(problem) = problem { p class="problem" role="alert" { (problem) } }
        p { (words.asks) }
        form method="post" action=(path) {
            input type="hidden" name="token" value=(token);
            @if let Some(tick) = words.tick {
                label { input type="checkbox" name="sure" value="yes" required; " " (tick) }
            }
            button { (words.button) }
        }
    }
}

/// The page again, where nothing was ticked.
pub fn unticked(call: &Call, sent: &Form, path: &str, words: &Words) -> Option<Response> {
    if words.tick.is_none() || sent.field("sure") == "yes" {
        return None;
    }
    let form = form(sent.field("token"), path, words, Some("Tick the box first: nothing was done yet."));
    Some(page(call, StatusCode::BAD_REQUEST, words.title, &form))
}

/// Instead of the page, to a browser in which nobody is signed in: what it does is done for the account of that session alone.
pub fn elsewhere(call: &Call, headers: &HeaderMap) -> Option<Response> {
    let is_nobody = cookies::sessions(headers, call.settings).is_empty();
    let content = html! {
        p { "Open the link in the browser in which you asked for this, or type the code in the mail there. Here, nothing was changed." }
    };
    is_nobody.then(|| page(call, StatusCode::UNAUTHORIZED, "You are not signed in here", &content))
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

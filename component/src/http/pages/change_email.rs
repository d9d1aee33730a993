//! Where a change of address is allowed, confirmed, and taken back.

use super::{
    button::{self, Outcome, Words},
    form::Form,
};
use crate::{
    credentials::{self, ConfirmEmailError, TokenOrCode},
    error::Failure,
    http::kit::{
        authentication::Authenticated, call::Call, cookies, parameters::Parameters, problem::Problem,
    },
    secrets::ChallengeToken,
    settings::Page,
};
use axum::response::Response;
use http::HeaderMap;

const OVER: &str = "It was used, its time is over, something else was changed since, or it is for another account than the one that is signed in here.";
const TAKEN: &str = "Another account has this address.";

const ALLOW: Words = Words {
    title: "Allow another address",
    asks: "Your account is to have another address. We then write to that one, and ask there, too.",
    tick: None,
    button: "Allow the change",
    done: ["The change is allowed", "A mail to the new address is on its way."],
    bad: OVER,
};

const CONFIRM: Words = Words {
    title: "Confirm your new address",
    asks: "Your account will have this address from now on.",
    tick: None,
    button: "Confirm the address",
    done: ["Your address is changed", "Use the new one when you sign in."],
    bad: OVER,
};

const UNDO: Words = Words {
    title: "Take the change back",
    asks: "Your account gets this address again. Every session ends, and the password will no longer be accepted. You get a mail with a link to a new one.",
    tick: Some("I want the change taken back"),
    button: "Take it back",
    done: ["The change is taken back", "A mail with a link to a new password was sent."],
    bad: "It was used, its 7 days are over, or the account is gone.",
};

/// Who is signed in in the browser.
type Who = Result<Authenticated, Problem>;

/// The button of the old address.
pub async fn ask_old(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    let elsewhere = button::elsewhere(&call, &headers);
    elsewhere
        .unwrap_or_else(|| button::ask(&call, &headers, &parameters, Page::ChangeEmailOld.path(), &ALLOW))
}

/// Allows the change.
pub async fn allow(call: Call, who: Who, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    if let Some(page) = button::elsewhere(&call, &headers) {
        return Ok(page);
    }
    let user = who?.caller.user;
    let browser = cookies::challenge(&headers, call.settings);
    let done = credentials::allow_email_change(&call, &user, token(&sent), browser.as_ref()).await;
    Ok(button::answer(&call, &ALLOW, &outcome(done)?))
}

/// The button of the new address.
pub async fn ask_new(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    let elsewhere = button::elsewhere(&call, &headers);
    elsewhere.unwrap_or_else(|| button::ask(&call, &headers, &parameters, Page::ChangeEmail.path(), &CONFIRM))
}

/// Changes the address.
pub async fn confirm(call: Call, who: Who, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    if let Some(page) = button::elsewhere(&call, &headers) {
        return Ok(page);
    }
    let user = who?.caller.user;
    let browser = cookies::challenge(&headers, call.settings);
    let mailed = TokenOrCode::Token(token(&sent));
    let done = credentials::confirm_email_change(&call, &user, &mailed, browser.as_ref()).await;
    Ok(button::answer(&call, &CONFIRM, &outcome(done)?))
}

/// The button of whoever did not want it.
pub async fn ask_undo(call: Call, headers: HeaderMap, parameters: Parameters) -> Response {
    button::ask(&call, &headers, &parameters, Page::UndoEmail.path(), &UNDO)
}

/// Takes the change back.
pub async fn undo(call: Call, headers: HeaderMap, sent: Form) -> Result<Response, Problem> {
    if let Some(page) = button::unticked(&call, &sent, Page::UndoEmail.path(), &UNDO) {
        return Ok(page);
    }
    let browser = cookies::challenge(&headers, call.settings);
    let done = credentials::undo_email_change(&call, token(&sent), browser.as_ref()).await;
    Ok(button::answer(&call, &UNDO, &outcome(done)?))
}

fn token(sent: &Form) -> Option<ChallengeToken> {
    ChallengeToken::parse(sent.field("token"))
}

fn outcome(done: Result<(), ConfirmEmailError>) -> Result<Outcome, Failure> {
    match done {
        Ok(()) => Ok(Outcome::Done),
        Err(ConfirmEmailError::TokenInvalid) => Ok(Outcome::Bad),
        Err(ConfirmEmailError::EmailTaken) => Ok(Outcome::Refused(TAKEN)),
        Err(ConfirmEmailError::Failed(failure)) => Err(failure),
    }
}

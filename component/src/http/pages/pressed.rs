//! The pages of links that do one thing when a button is pressed: "this wasn't me", and a change of address.

use super::{form::Form, visit::Visit};
use crate::{
    credentials::{self, ConfirmEmailError, NotMeError, TokenOrCode},
    error::Failure,
    http::kit::{authentication::Authenticated, cookies, origin::FirstParty, problem::Problem},
    secrets::ChallengeToken,
    settings::Page,
};
use axum::response::Response;
use http::StatusCode;
use mana_auth_pages::{Button, Elsewhere, Link, Pressed};

/// Who is signed in in the browser.
type Who = Result<Authenticated, Problem>;

/// "This wasn't me".
pub async fn ask_not_me(visit: Visit) -> Response {
    ask(&visit, Link::NotMe, Page::NotMe)
}

/// Ends every session.
pub async fn not_me(visit: Visit, _: FirstParty, sent: Form) -> Result<Response, Problem> {
    if sent.field("sure") != "yes" {
        return Ok(unticked(&visit, &sent, Link::NotMe, Page::NotMe));
    }
    let outcome = match credentials::not_me(&visit.call, token(&sent), visit.browser().as_ref()).await {
        Ok(()) => Pressed::Done(Link::NotMe),
        Err(NotMeError::TokenInvalid) => Pressed::Bad(Link::NotMe),
        Err(NotMeError::Failed(failure)) => return Err(failure.into()),
    };
    Ok(answer(&visit, &outcome))
}

/// The button of the old address.
pub async fn ask_allow(visit: Visit) -> Response {
    elsewhere(&visit).unwrap_or_else(|| ask(&visit, Link::AllowEmail, Page::ChangeEmailOld))
}

/// Allows the change.
pub async fn allow(visit: Visit, who: Who, sent: Form) -> Result<Response, Problem> {
    if let Some(page) = elsewhere(&visit) {
        return Ok(page);
    }
    let (user, browser) = (who?.caller.user, visit.browser());
    let done = credentials::allow_email_change(&visit.call, &user, token(&sent), browser.as_ref()).await;
    Ok(answer(&visit, &outcome(Link::AllowEmail, done)?))
}

/// The button of the new address.
pub async fn ask_confirm(visit: Visit) -> Response {
    elsewhere(&visit).unwrap_or_else(|| ask(&visit, Link::ConfirmEmail, Page::ChangeEmail))
}

/// Changes the address.
pub async fn confirm(visit: Visit, who: Who, sent: Form) -> Result<Response, Problem> {
    if let Some(page) = elsewhere(&visit) {
        return Ok(page);
    }
    let (user, browser) = (who?.caller.user, visit.browser());
    let mailed = TokenOrCode::Token(token(&sent));
    let done = credentials::confirm_email_change(&visit.call, &user, &mailed, browser.as_ref()).await;
    Ok(answer(&visit, &outcome(Link::ConfirmEmail, done)?))
}

/// The button of whoever did not want it.
pub async fn ask_undo(visit: Visit) -> Response {
    ask(&visit, Link::UndoEmail, Page::UndoEmail)
}

/// Takes the change back.
pub async fn undo(visit: Visit, _: FirstParty, sent: Form) -> Result<Response, Problem> {
    if sent.field("sure") != "yes" {
        return Ok(unticked(&visit, &sent, Link::UndoEmail, Page::UndoEmail));
    }
    let done = credentials::undo_email_change(&visit.call, token(&sent), visit.browser().as_ref()).await;
    Ok(answer(&visit, &outcome(Link::UndoEmail, done)?))
}

/// The page. Opening it spends nothing.
fn ask(visit: &Visit, link: Link, page: Page) -> Response {
    visit.ask(&Button { link, action: page.path(), token: &visit.token, is_unticked: false })
}

fn unticked(visit: &Visit, sent: &Form, link: Link, page: Page) -> Response {
    let button = Button { link, action: page.path(), token: sent.field("token"), is_unticked: true };
    visit.show(StatusCode::BAD_REQUEST, &button)
}

/// Instead of the page, to a browser in which nobody is signed in: what it does is done for the account of that session alone.
fn elsewhere(visit: &Visit) -> Option<Response> {
    let is_nobody = cookies::sessions(&visit.headers, visit.settings()).is_empty();
    is_nobody.then(|| visit.show(StatusCode::UNAUTHORIZED, &Elsewhere))
}

fn token(sent: &Form) -> Option<ChallengeToken> {
    ChallengeToken::parse(sent.field("token"))
}

fn outcome(link: Link, done: Result<(), ConfirmEmailError>) -> Result<Pressed, Failure> {
    match done {
        Ok(()) => Ok(Pressed::Done(link)),
        Err(ConfirmEmailError::TokenInvalid) => Ok(Pressed::Bad(link)),
        Err(ConfirmEmailError::EmailTaken) => Ok(Pressed::Taken),
        Err(ConfirmEmailError::Failed(failure)) => Err(failure),
    }
}

fn answer(visit: &Visit, outcome: &Pressed) -> Response {
    let status = match outcome {
        Pressed::Done(_) => StatusCode::OK,
        Pressed::Bad(_) => StatusCode::BAD_REQUEST,
        Pressed::Taken => StatusCode::CONFLICT,
    };
    visit.show(status, outcome)
}

//! `/verify-email`: where an address is proven, by link or code, and the proof is asked for again.

use super::{
    form::Form,
    kept::{Done, Kept},
    register::fault,
    visit::Visit,
};
use crate::{
    challenges::Code,
    credentials::{self, AskVerification as Asked, Mailed as Sent, Shown, VerifyEmailError, WithPassword},
    email::Email,
    error::FieldProblem,
    http::kit::{cookies, origin::FirstParty, problem::Problem},
    passwords::{NewPassword, Password},
    secrets::ChallengeToken,
};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use mana_auth_pages::{AskVerification, BadLink, Mailed, Verify, VerifyByCode};

/// The form. Opening it spends nothing. The browser that has registered the address need type nothing.
pub async fn ask(visit: Visit) -> Result<Response, Problem> {
    visit.require_mail()?;
    if visit.token.is_empty() {
        let page = match &visit.kept.email {
            Some(email) => visit.ask(&VerifyByCode { email, is_wrong: false }),
            None => visit.ask(&AskVerification::default()),
        };
        return Ok(page);
    }
    let (mailed, browser) = (Sent::Token(visit.challenge_token()), visit.browser());
    let shown = credentials::shown_verification(&visit.call, &mailed, browser.as_ref()).await;
    let shown = shown.ok();
    let is_of_browser =
        shown.as_ref().is_some_and(|shown| shown.is_of_browser(&visit.call, browser.as_ref()));
    let visit = towards_app(visit, shown.as_ref());
    let mailed = Mailed::Token(&visit.token);
    Ok(visit.ask(&Verify { mailed, is_of_browser, fault: None, is_other: false }))
}

/// The form leads to the app that asked for the mail.
fn towards_app(visit: Visit, shown: Option<&Shown>) -> Visit {
    match shown.and_then(Shown::app).and_then(|app| visit.settings().redirect(app)) {
        Some(app) => visit.leading_to(app.origin().clone()),
        None => visit,
    }
}

/// Proves the address, by what was mailed; else mails it.
pub async fn prove(visit: Visit, first_party: FirstParty, sent: Form) -> Result<Response, Problem> {
    let visit = visit.with(&sent);
    let (token, code) = (sent.field("token"), sent.field("code"));
    if token.is_empty() && code.is_empty() {
        return send(visit, first_party, &sent).await;
    }
    let mailed =
        if token.is_empty() { Mailed::Code(sent.field("email"), code) } else { Mailed::Token(token) };
    let (mail, browser) = (sent_of(mailed), visit.browser());
    let shown = match credentials::shown_verification(&visit.call, &mail, browser.as_ref()).await {
        Ok(shown) => shown,
        Err(VerifyEmailError::Failed(failure)) => return Err(failure.into()),
        Err(_) => return Ok(bad(&visit, mailed)),
    };
    let visit = towards_app(visit, Some(&shown));
    let chooses = sent.field("choose") == "new";
    let page = |is_other| Verify { mailed, is_of_browser: false, fault: None, is_other };
    let again = |problem: &FieldProblem| {
        visit.show(StatusCode::BAD_REQUEST, &Verify { fault: fault(problem), ..page(chooses) })
    };
    let is_of_browser = shown.is_of_browser(&visit.call, browser.as_ref());
    let typed = sent.field("password");
    let (same, new);
    let password = if is_of_browser && typed.is_empty() {
        WithPassword::None
    } else if token.is_empty() && !sent.has("password") {
        // The code was typed in another browser than the one that registered.
        return Ok(visit.show(StatusCode::OK, &page(false)));
    } else if chooses {
        match NewPassword::parse(typed).map_err(FieldProblem::of("password")) {
            Ok(chosen) => new = chosen,
            Err(problem) => return Ok(again(&problem)),
        }
        WithPassword::New(&new)
    } else {
        // Without one, that of before would go: a scanner of mail that presses the button must not lock anybody out.
        match Password::parse(typed).map_err(FieldProblem::of("password")) {
            Ok(typed) => same = typed,
            Err(problem) => return Ok(again(&problem)),
        }
        WithPassword::Same(&same)
    };
    match credentials::verify_email(&visit.call, &shown, password, browser.as_ref()).await {
        // Asked again: the row may have been written by somebody else.
        Ok(app) => match app.and_then(|app| visit.settings().redirect(&app)) {
            Some(app) => Ok(Redirect::to(&app.to_string()).into_response()),
            None => {
                let kept = Kept { email: Some(shown.email().to_owned()), ..Kept::done(Done::Verified) };
                Ok(visit.keep(&kept, visit.to("/login"))?)
            }
        },
        Err(VerifyEmailError::Invalid(problem)) => Ok(again(&problem)),
        // The link is enough to choose another password, however often the old one was guessed.
        Err(VerifyEmailError::InvalidCredentials | VerifyEmailError::Throttled(_)) => {
            Ok(visit.show(StatusCode::BAD_REQUEST, &page(true)))
        }
        Err(VerifyEmailError::TokenInvalid) => Ok(bad(&visit, mailed)),
        Err(error) => Err(error.into()),
    }
}

async fn send(visit: Visit, _: FirstParty, sent: &Form) -> Result<Response, Problem> {
    let email = match Email::parse(sent.field("email")).map_err(FieldProblem::of("email")) {
        Ok(email) => email,
        Err(problem) => {
            let page = AskVerification { email: sent.field("email"), fault: fault(&problem) };
            return Ok(visit.show(StatusCode::BAD_REQUEST, &page));
        }
    };
    let kept = Kept { email: Some(email.as_str().to_owned()), ..Kept::default() };
    let source_app = visit.return_to.as_ref().and_then(|place| visit.settings().redirect(place.as_str()));
    let device_cookies = cookies::devices(&visit.headers, visit.settings());
    credentials::ask_verification(&visit.call, Asked { email, source_app, device_cookies }).await?;
    Ok(visit.keep(&kept, visit.to("/verify-email"))?)
}

fn sent_of(mailed: Mailed<'_>) -> Sent {
    match mailed {
        Mailed::Token(token) => Sent::Token(ChallengeToken::parse(token)),
        // An address that is none has no code.
        Mailed::Code(email, code) => {
            Email::parse(email).map_or(Sent::Token(None), |email| Sent::Code(email, Code::parse(code)))
        }
    }
}

fn bad(visit: &Visit, mailed: Mailed<'_>) -> Response {
    match mailed {
        Mailed::Token(_) => visit.show(StatusCode::BAD_REQUEST, &BadLink::Verify),
        Mailed::Code(email, _) => {
            visit.show(StatusCode::BAD_REQUEST, &VerifyByCode { email, is_wrong: true })
        }
    }
}

//! `/reset-password`: where a new password is chosen, by link or code.

use super::{
    form::Form,
    kept::{Done, Kept},
    register::fault,
    visit::Visit,
};
use crate::{
    challenges::Code,
    credentials::{self, Mailed, ResetPasswordError},
    email::Email,
    error::FieldProblem,
    http::kit::{origin::FirstParty, problem::Problem},
    passwords::NewPassword,
    secrets::ChallengeToken,
};
use axum::response::Response;
use http::StatusCode;
use mana_auth_pages::{BadLink, Fault, ResetByCode, ResetByLink};

/// The form. Opening it spends nothing.
pub async fn ask(visit: Visit) -> Response {
    if visit.token.is_empty() {
        let email = visit.kept.email.as_deref().unwrap_or_default();
        return visit.ask(&ResetByCode { email, ..ResetByCode::default() });
    }
    visit.ask(&ResetByLink { token: &visit.token, fault: None })
}

/// The address, for the page where one signs in.
fn email_of(sent: &Form) -> Option<String> {
    Email::parse(sent.field("email")).ok().map(|email| email.as_str().to_owned())
}

/// Sets the password.
pub async fn set(visit: Visit, _: FirstParty, sent: Form) -> Result<Response, Problem> {
    let visit = visit.with(&sent);
    let token = sent.field("token");
    let again = |fault: Option<Fault<'_>>, is_wrong| {
        if token.is_empty() {
            let page = ResetByCode { email: sent.field("email"), fault, is_wrong };
            return visit.show(StatusCode::BAD_REQUEST, &page);
        }
        visit.show(StatusCode::BAD_REQUEST, &ResetByLink { token, fault })
    };
    let mailed = if token.is_empty() {
        match Email::parse(sent.field("email")).map_err(FieldProblem::of("email")) {
            Ok(email) => Mailed::Code(email, Code::parse(sent.field("code"))),
            Err(problem) => return Ok(again(fault(&problem), false)),
        }
    } else {
        Mailed::Token(ChallengeToken::parse(token))
    };
    let new = match NewPassword::parse(sent.field("newPassword")).map_err(FieldProblem::of("newPassword")) {
        Ok(new) => new,
        Err(problem) => return Ok(again(fault(&problem), false)),
    };
    match credentials::reset_password(&visit.call, mailed, &new, visit.browser().as_ref()).await {
        Ok(()) => {
            let kept = Kept { email: email_of(&sent), ..Kept::done(Done::PasswordSet) };
            Ok(visit.keep(&kept, visit.to("/login"))?)
        }
        Err(ResetPasswordError::Invalid(problem)) => Ok(again(fault(&problem), false)),
        Err(ResetPasswordError::TokenInvalid) if token.is_empty() => Ok(again(None, true)),
        Err(ResetPasswordError::TokenInvalid) => Ok(visit.show(StatusCode::BAD_REQUEST, &BadLink::Reset)),
        Err(ResetPasswordError::Failed(failure)) => Err(failure.into()),
    }
}

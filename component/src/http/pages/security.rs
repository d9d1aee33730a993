//! `/account/security`: the password, and the address.

use super::{
    form::Form,
    kept::{Done, Kept},
    refusal::{reauthenticate, refused},
    register::fault,
    signed::Signed,
};
use crate::{
    challenges::Code,
    credentials::{self, ChangeEmail, ChangePasswordError, ConfirmEmailError, Purpose, TokenOrCode},
    email::Email,
    error::{Failure, FieldProblem},
    http::kit::{
        cookies::{self, SetCookies},
        problem::Problem,
    },
    passwords::NewPassword,
    sessions::{OldChain, SignedIn},
};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode};
use mana_auth_pages::{Changed, Security};

const PATH: &str = "/account/security";

/// The step-up page, which leads back here.
pub const STEP_UP: &str = "/step-up?return_to=%2Faccount%2Fsecurity";

/// The page.
pub async fn show(signed: Signed) -> Result<Response, Problem> {
    let changed = match signed.visit.kept.done {
        Some(Done::PasswordChanged) => Some(Changed::Password),
        Some(Done::EmailChanged) => Some(Changed::Email),
        _ => None,
    };
    let page = Security { changed, ..view(&signed).await? };
    Ok(signed.show_once(&page))
}

/// Changes the one that the form is for.
pub async fn change(signed: Signed, sent: Form) -> Result<Response, Problem> {
    let signed = signed.with(&sent)?;
    match sent.field("change") {
        "password" => password(&signed, &sent).await,
        "email" => email(&signed, &sent).await,
        _ => code(&signed, &sent).await,
    }
}

async fn password(signed: &Signed, sent: &Form) -> Result<Response, Problem> {
    let call = &signed.visit.call;
    let new = NewPassword::parse(sent.field("newPassword")).map_err(FieldProblem::of("newPassword"));
    let new = match new {
        Ok(new) => new,
        Err(problem) => return faulty(signed, &problem).await,
    };
    let proof = match reauthenticate(signed, sent.field("currentPassword"), Purpose::PasswordChange).await? {
        Ok(proof) => proof,
        Err(refusal) => {
            let page = Security { refusal: Some(refusal), ..view(signed).await? };
            return Ok(refused(signed.show(StatusCode::OK, &page), refusal));
        }
    };
    match credentials::change_password(call, &signed.caller, proof, &new, OldChain::Ends).await {
        Ok(renewed) => {
            let kept = Kept::done(Done::PasswordChanged);
            Ok((SetCookies(cookies_of(signed, &renewed)?), signed.done(PATH, kept)?).into_response())
        }
        Err(ChangePasswordError::Invalid(problem)) => faulty(signed, &problem).await,
        Err(error) => Err(error.into()),
    }
}

/// Of a session that has new secrets.
pub fn cookies_of(signed: &Signed, renewed: &SignedIn) -> Result<Vec<HeaderValue>, Failure> {
    let (call, headers) = (&signed.visit.call, &signed.visit.headers);
    let mut set = cookies::clear_others(headers, call.settings)?;
    if let Some(cookie) = &renewed.cookie {
        set.push(cookies::set(call.settings, cookie, &renewed.session, call.now)?);
        set.push(cookies::clear_cache(call.settings)?);
    }
    Ok(set)
}

async fn email(signed: &Signed, sent: &Form) -> Result<Response, Problem> {
    let call = &signed.visit.call;
    let typed = sent.field("newEmail");
    let new = match Email::parse(typed).map_err(FieldProblem::of("newEmail")) {
        Ok(new) => new,
        Err(problem) => {
            let page = Security { new_email: typed, fault: fault(&problem), ..view(signed).await? };
            return Ok(signed.show(StatusCode::BAD_REQUEST, &page));
        }
    };
    let address = Some(new.as_str().to_owned());
    let Some(proof) = credentials::by_session(call, &signed.caller) else {
        // What was typed stands there again afterwards.
        let kept = Kept { new_email: address, ..Kept::default() };
        return Ok(signed.done(STEP_UP, kept)?);
    };
    credentials::change_email(call, &signed.caller.user, proof, &ChangeEmail { new, redirect: None }).await?;
    let kept = Kept { changing: address, ..Kept::default() };
    Ok(signed.done(PATH, kept)?)
}

async fn code(signed: &Signed, sent: &Form) -> Result<Response, Problem> {
    let (call, browser) = (&signed.visit.call, signed.visit.browser());
    let mailed = TokenOrCode::Code(Code::parse(sent.field("code")));
    let user = &signed.caller.user;
    match credentials::confirm_email_change(call, user, &mailed, browser.as_ref()).await {
        Ok(()) => {
            let kept = Kept::done(Done::EmailChanged);
            Ok(signed.done(PATH, kept)?)
        }
        Err(ConfirmEmailError::TokenInvalid) => {
            let page = Security { is_wrong_code: true, ..view(signed).await? };
            Ok(signed.show(StatusCode::BAD_REQUEST, &page))
        }
        Err(error) => Err(error.into()),
    }
}

async fn faulty(signed: &Signed, problem: &FieldProblem) -> Result<Response, Problem> {
    let page = Security { fault: fault(problem), ..view(signed).await? };
    Ok(signed.show(StatusCode::BAD_REQUEST, &page))
}

async fn view(signed: &Signed) -> Result<Security<'_>, Failure> {
    let (call, kept) = (&signed.visit.call, &signed.visit.kept);
    Ok(Security {
        email: signed.email(),
        is_verified: signed.caller.user.email_verified,
        has_password: !credentials::methods(call, signed.caller.user.id).await?.is_empty(),
        is_fresh: credentials::by_session(call, &signed.caller).is_some(),
        has_mail: call.settings.mail.is_some(),
        new_email: kept.new_email.as_deref().unwrap_or_default(),
        sent_to: kept.changing.as_deref(),
        fault: None,
        refusal: None,
        is_wrong_code: false,
        changed: None,
    })
}

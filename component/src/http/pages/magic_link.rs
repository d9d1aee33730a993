//! `/magic-link`: signs the browser in that asked for it.

use super::{form::Form, kept::Kept, login::enter, register::fault, visit::Visit};
use crate::{
    challenges::Code,
    credentials::{self, AskMagicLink as Asked, TokenOrCode, UseMagicLink, UseMagicLinkError},
    email::Email,
    error::{Failure, FieldProblem},
    http::kit::{
        cookies::{self, SetCookies},
        origin::FirstParty,
        problem::Problem,
    },
    secrets::{AskedFor, ChallengeCookie, ChallengeToken},
};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use mana_auth_pages::{AskMagicLink, BadLink, MagicLinkElsewhere, PressMagicLink, TypeMagicCode};

/// The button of the link; to another browser than the one that asked, where the code is to be typed. Without a link, the form that asks for one.
pub async fn ask(visit: Visit) -> Result<Response, Problem> {
    visit.require_mail()?;
    let visit = if visit.token.is_empty() { visit } else { towards_kept(visit) };
    let page = match (&visit.kept.email, visit.token.is_empty()) {
        (Some(email), true) => {
            let remember = visit.kept.remember;
            visit.show(StatusCode::OK, &TypeMagicCode { email, remember, is_wrong: false })
        }
        (None, true) => visit.show(StatusCode::OK, &AskMagicLink::default()),
        (_, false) if is_asked_for_here(&visit).await? => {
            visit.show(StatusCode::OK, &PressMagicLink { token: &visit.token })
        }
        (_, false) => visit.show(StatusCode::OK, &MagicLinkElsewhere),
    };
    Ok(page)
}

/// Signs in by what was mailed; else mails it.
pub async fn sign_in(visit: Visit, first_party: FirstParty, sent: Form) -> Result<Response, Problem> {
    let visit = visit.with(&sent);
    let (token, code) = (sent.field("token"), sent.field("code"));
    if token.is_empty() && code.is_empty() {
        return send(visit, first_party, &sent).await;
    }
    let visit = towards_kept(visit);
    let mailed = if token.is_empty() {
        TokenOrCode::Code(Code::parse(code))
    } else {
        TokenOrCode::Token(ChallengeToken::parse(token))
    };
    let request = UseMagicLink {
        mailed,
        browser: visit.browser(),
        device: visit.device(),
        device_cookies: cookies::devices(&visit.headers, visit.settings()),
        replaces: cookies::sessions(&visit.headers, visit.settings()),
    };
    match credentials::use_magic_link(&visit.call, request).await {
        Ok(signed_in) => enter(&visit, &signed_in),
        Err(UseMagicLinkError::Repeated) => Ok(visit.leave()),
        Err(UseMagicLinkError::TokenInvalid) if token.is_empty() => {
            let email = visit.kept.email.as_deref().unwrap_or_default();
            Ok(visit.show(
                StatusCode::BAD_REQUEST,
                &TypeMagicCode { email, remember: visit.kept.remember, is_wrong: true },
            ))
        }
        Err(UseMagicLinkError::TokenInvalid) => Ok(visit.show(StatusCode::BAD_REQUEST, &BadLink::Magic)),
        Err(error) => Err(error.into()),
    }
}

async fn is_asked_for_here(visit: &Visit) -> Result<bool, Failure> {
    match visit.browser() {
        Some(browser) => credentials::is_asked_for_by(&visit.call, visit.challenge_token(), &browser).await,
        None => Ok(false),
    }
}

/// The link in the mail doesn't say where the person gets to; the browser that asked knows.
fn towards_kept(visit: Visit) -> Visit {
    if visit.return_to.is_some() {
        return visit;
    }
    let place = visit.kept.return_to.as_deref().and_then(|place| visit.settings().return_to(place));
    visit.towards(place)
}

async fn send(visit: Visit, _: FirstParty, sent: &Form) -> Result<Response, Problem> {
    let remember_me = sent.field("remember") == "true";
    let email = match Email::parse(sent.field("email")).map_err(FieldProblem::of("email")) {
        Ok(email) => email,
        Err(problem) => {
            let typed = sent.field("email");
            let page = AskMagicLink { email: typed, remember: remember_me, fault: fault(&problem) };
            return Ok(visit.show(StatusCode::BAD_REQUEST, &page));
        }
    };
    let settings = visit.settings();
    let about = AskedFor::MagicLink.about(&settings.keyring, email.as_str());
    let browser = ChallengeCookie::after(visit.browser(), about);
    let kept = Kept {
        email: Some(email.as_str().to_owned()),
        return_to: visit.return_to.as_ref().map(|place| place.as_str().to_owned()),
        remember: remember_me,
        ..Kept::default()
    };
    let device_cookies = cookies::devices(&visit.headers, settings);
    let asked = Asked { email, redirect: None, remember_me, browser: &browser, device_cookies };
    credentials::ask_magic_link(&visit.call, asked).await?;
    let next = visit.keep(&kept, visit.to("/magic-link"))?;
    Ok((SetCookies([cookies::set_challenge(settings, &browser)?]), next).into_response())
}

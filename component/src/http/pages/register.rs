//! `/register`

use super::{
    form::Form,
    kept::Kept,
    login::{enter, is_signed_in, request},
    refusal::{of_throttled, refused},
    visit::Visit,
};
use crate::{
    accounts::{By, Name, RegisterError, Registration},
    credentials::{self, SignInError},
    email::Email,
    error::{Failure, FieldProblem},
    http::kit::{
        cookies::{self, SetCookies},
        origin::FirstParty,
        problem::Problem,
    },
    passwords::{NewPassword, Password},
    registrations::{self, Origin},
    secrets::{AskedFor, ChallengeCookie},
};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use mana_auth_pages::{Fault, Refusal, Register};

/// The form.
pub async fn ask(visit: Visit) -> Result<Response, Problem> {
    if is_signed_in(&visit.call, &visit.headers).await? {
        return Ok(visit.leave());
    }
    Ok(visit.show(StatusCode::OK, &view(&visit, None)))
}

/// Makes an account and signs in, or mails the proof of the address first.
pub async fn register(visit: Visit, _: FirstParty, sent: Form) -> Result<Response, Problem> {
    let visit = visit.with(&sent);
    let again = |problem: &FieldProblem| {
        let page = Register { fault: fault(problem), ..view(&visit, Some(&sent)) };
        visit.show(StatusCode::BAD_REQUEST, &page)
    };
    let registration = match read(&sent) {
        Ok(registration) => registration,
        Err(problem) => return Ok(again(&problem)),
    };
    let settings = visit.settings();
    let email = registration.email.as_str().to_owned();
    let about = AskedFor::Registration.about(&settings.keyring, &email);
    let browser = settings.require_email_verification.then(|| ChallengeCookie::after(visit.browser(), about));
    let source_app = visit.return_to.as_ref().and_then(|place| settings.redirect(place.as_str()));
    let origin = Origin { browser: browser.as_ref(), source_app };
    match registrations::register(&visit.call, registration, origin).await {
        Ok(_) => {}
        Err(RegisterError::Invalid(problem)) => return Ok(again(&problem)),
        Err(RegisterError::EmailTaken) => return taken(&visit, &sent, &email).await,
        Err(RegisterError::Throttled(throttled)) => return Ok(wait(&visit, &sent, of_throttled(throttled))),
        Err(RegisterError::Failed(Failure::Overloaded)) => return Ok(wait(&visit, &sent, Refusal::Busy)),
        Err(RegisterError::Failed(failure)) => return Err(failure.into()),
    }
    match browser {
        Some(browser) => {
            let cookie = cookies::set_challenge(settings, &browser)?;
            let kept = Kept { email: Some(email), ..Kept::default() };
            let next = visit.keep(&kept, visit.to("/verify-email"))?;
            Ok((SetCookies([cookie]), next).into_response())
        }
        None => {
            let password = Password::parse(sent.field("password")).map_err(FieldProblem::of("password"))?;
            let request = request(&visit, &email, password, false);
            enter(&visit, &credentials::sign_in(&visit.call, request).await?)
        }
    }
}

/// Whoever has the password of the account is signed in: they have clicked twice, or forgotten that they had one. It is an attempt as any other.
async fn taken(visit: &Visit, sent: &Form, email: &str) -> Result<Response, Problem> {
    if let Ok(password) = Password::parse(sent.field("password")) {
        match credentials::sign_in(&visit.call, request(visit, email, password, false)).await {
            Ok(signed_in) => return enter(visit, &signed_in),
            Err(SignInError::Throttled(throttled)) => return Ok(wait(visit, sent, of_throttled(throttled))),
            Err(_) => {}
        }
    }
    let page = Register { is_taken: true, ..view(visit, Some(sent)) };
    Ok(visit.show(StatusCode::CONFLICT, &page))
}

fn wait(visit: &Visit, sent: &Form, refusal: Refusal) -> Response {
    let page = Register { refusal: Some(refusal), ..view(visit, Some(sent)) };
    refused(visit.show(StatusCode::OK, &page), refusal)
}

fn read(sent: &Form) -> Result<Registration, FieldProblem> {
    Ok(Registration {
        name: Name::parse(sent.field("name")).map_err(FieldProblem::of("name"))?,
        email: Email::parse(sent.field("email")).map_err(FieldProblem::of("email"))?,
        password: NewPassword::parse(sent.field("password")).map_err(FieldProblem::of("password"))?,
        by: By::Stranger,
    })
}

/// What is wrong with a field, for a page.
pub fn fault(problem: &FieldProblem) -> Option<Fault<'_>> {
    Some(Fault { field: &problem.field, message: &problem.message })
}

fn view<'a>(visit: &Visit, sent: Option<&'a Form>) -> Register<'a> {
    let field = |name| sent.map_or("", |sent| sent.field(name));
    Register {
        name: field("name"),
        email: field("email"),
        must_be_proven: visit.settings().require_email_verification,
        ..Register::default()
    }
}

//! `/forgot-password`

use super::{form::Form, kept::Kept, register::fault, visit::Visit};
use crate::{
    credentials::{self, ForgotPassword as Asked},
    email::Email,
    error::FieldProblem,
    http::kit::{cookies, origin::FirstParty, problem::Problem},
};
use axum::response::Response;
use http::StatusCode;
use mana_auth_pages::ForgotPassword;

/// The form.
pub async fn ask(visit: Visit) -> Result<Response, Problem> {
    visit.require_mail()?;
    Ok(visit.show(StatusCode::OK, &ForgotPassword::default()))
}

/// Mails the way to a new password, if the address has an account, and leads to where the code is typed.
pub async fn send(visit: Visit, _: FirstParty, sent: Form) -> Result<Response, Problem> {
    let visit = visit.with(&sent);
    let email = match Email::parse(sent.field("email")).map_err(FieldProblem::of("email")) {
        Ok(email) => email,
        Err(problem) => {
            let page = ForgotPassword { email: sent.field("email"), fault: fault(&problem) };
            return Ok(visit.show(StatusCode::BAD_REQUEST, &page));
        }
    };
    let kept = Kept { email: Some(email.as_str().to_owned()), ..Kept::default() };
    let device_cookies = cookies::devices(&visit.headers, visit.settings());
    credentials::forgot_password(&visit.call, Asked { email, redirect: None, device_cookies }).await?;
    Ok(visit.keep(&kept, visit.to("/reset-password"))?)
}

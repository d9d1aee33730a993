//! `/step-up`: proving again who one is.

use super::{
    form::Form,
    refusal::{reauthenticate, refused},
    security::cookies_of,
    signed::Signed,
};
use crate::{
    credentials::{self, Purpose},
    http::kit::{cookies::SetCookies, problem::Problem},
    sessions::OldChain,
};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use mana_auth_pages::{Refusal, StepUp};

/// The form.
pub async fn ask(signed: Signed) -> Result<Response, Problem> {
    page(&signed, None).await
}

/// Proves it: the session has a new cookie, and its fresh proof.
pub async fn prove(signed: Signed, sent: Form) -> Result<Response, Problem> {
    let signed = signed.with(&sent)?;
    let proof = match reauthenticate(&signed, sent.field("password"), Purpose::StepUp).await? {
        Ok(proof) => proof,
        Err(refusal) => return Ok(refused(page(&signed, Some(refusal)).await?, refusal)),
    };
    let call = &signed.visit.call;
    let renewed = credentials::step_up(call, &signed.caller, proof, OldChain::Ends).await?;
    Ok((SetCookies(cookies_of(&signed, &renewed)?), signed.visit.leave()).into_response())
}

async fn page(signed: &Signed, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let call = &signed.visit.call;
    let view = StepUp {
        email: signed.email(),
        has_typed: signed.visit.kept.new_email.is_some(),
        has_password: !credentials::methods(call, signed.caller.user.id).await?.is_empty(),
        has_mail: call.settings.mail.is_some(),
        minutes: call.settings.step_up.as_seconds() / 60,
        refusal,
    };
    Ok(signed.show(StatusCode::OK, &view))
}

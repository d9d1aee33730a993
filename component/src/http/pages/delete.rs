//! `/account/delete`

use super::{
    form::Form,
    kept::{Done, Kept},
    signed::Signed,
};
use crate::{
    credentials,
    http::kit::{
        cookies::{self, SetCookies},
        problem::Problem,
    },
};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use mana_auth_pages::DeleteAccount;

/// The step-up page, which leads back here.
const STEP_UP: &str = "/step-up?return_to=%2Faccount%2Fdelete";

/// The form. A session without a recent proof goes to step-up first.
pub async fn ask(signed: Signed) -> Response {
    match credentials::by_session(&signed.visit.call, &signed.caller) {
        Some(_) => signed.show(StatusCode::OK, &DeleteAccount { email: signed.email(), is_unticked: false }),
        None => signed.to(STEP_UP),
    }
}

/// Deletes the account.
pub async fn delete(signed: Signed, sent: Form) -> Result<Response, Problem> {
    let signed = signed.with(&sent)?;
    let call = &signed.visit.call;
    if sent.field("sure") != "yes" {
        return Ok(
            signed.show(StatusCode::BAD_REQUEST, &DeleteAccount { email: signed.email(), is_unticked: true })
        );
    }
    let Some(proof) = credentials::by_session(call, &signed.caller) else {
        return Ok(signed.to(STEP_UP));
    };
    credentials::delete_account(call, &signed.caller.user, proof).await?;
    let cleared = cookies::clear(&signed.visit.headers, call.settings)?;
    let kept = Kept::done(Done::Deleted);
    Ok((SetCookies(cleared), signed.done("/login", kept)?).into_response())
}

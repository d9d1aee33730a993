//! What the forms of somebody who is signed in prove by that they are ours, beside the origin (OWASP CSRF cheat sheet, "HMAC-based token").

use super::form::Form;
use crate::{
    context::Context,
    http::kit::problem::Problem,
    secrets::{Purpose, mac},
    sessions::Caller,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// That of a session.
pub fn of(ctx: &Context, caller: &Caller) -> String {
    let session = caller.session.id.to_string();
    URL_SAFE_NO_PAD.encode(mac::mac(&ctx.settings.keyring, Purpose::FormToken, &[session.as_bytes()]))
}

/// Whether a form is of this session.
///
/// # Errors
///
/// `Forbidden`.
pub fn require(ctx: &Context, caller: &Caller, sent: &Form) -> Result<(), Problem> {
    let session = caller.session.id.to_string();
    let shown = URL_SAFE_NO_PAD.decode(sent.field("form_token")).unwrap_or_default();
    match mac::author(&ctx.settings.keyring, Purpose::FormToken, &[session.as_bytes()], &shown) {
        mac::Author::Ours => Ok(()),
        mac::Author::SomebodyElse | mac::Author::Unknown => {
            Err(Problem::forbidden("This form is not of this session"))
        }
    }
}

//! The pages that links in mails lead to: each does its one thing, by a plain form and without script.
//!
//! A GET spends nothing: scanners of mail open every link. It gives the browser a challenge cookie, so that a form that is sent twice has the
//! same outcome twice.

mod button;
mod change_email;
mod form;
mod magic_link;
mod not_me;
mod page;
mod reset_password;
mod verify_email;

use crate::{http::kit::call::Call, settings::Page};
use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
use mana_auth_hygiene::Code;

use super::kit::problem::Problem;

/// Every page.
pub fn routed() -> Router {
    Router::new()
        .route(Page::ResetPassword.path(), get(reset_password::ask).post(reset_password::set))
        .route(Page::VerifyEmail.path(), get(verify_email::ask).post(verify_email::prove))
        .route(Page::MagicLink.path(), get(magic_link::ask).post(magic_link::sign_in))
        .route(Page::ChangeEmailOld.path(), get(change_email::ask_old).post(change_email::allow))
        .route(Page::ChangeEmail.path(), get(change_email::ask_new).post(change_email::confirm))
        .route(Page::UndoEmail.path(), get(change_email::ask_undo).post(change_email::undo))
        .route(Page::NotMe.path(), get(not_me::ask).post(not_me::press))
        .route_layer(middleware::from_fn(if_there_are_any))
}

/// The operator may have pages elsewhere.
async fn if_there_are_any(call: Call, request: Request, next: Next) -> Response {
    if call.settings.pages { next.run(request).await } else { Problem::from(Code::NotFound).into_response() }
}

//! The pages, which people use in a browser: plain forms, which work without script. What they look like and say is in `mana-auth-pages`.
//!
//! A GET spends nothing: scanners of mail open every link. A page that takes what was mailed gives the browser a challenge cookie, so that a form
//! that is sent twice has the same outcome twice.

mod activity;
mod delete;
mod forgot_password;
mod form;
mod form_token;
mod home;
mod kept;
mod login;
mod logout;
mod magic_link;
mod pressed;
mod profile;
mod refusal;
mod register;
mod reset_password;
mod security;
mod sessions;
mod signed;
mod step_up;
mod trouble;
mod verify_email;
mod visit;

pub use trouble::not_found;

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
        .route("/login", get(login::ask).post(login::sign_in))
        .route("/register", get(register::ask).post(register::register))
        .route("/forgot-password", get(forgot_password::ask).post(forgot_password::send))
        .route(Page::ResetPassword.path(), get(reset_password::ask).post(reset_password::set))
        .route(Page::VerifyEmail.path(), get(verify_email::ask).post(verify_email::prove))
        .route(Page::MagicLink.path(), get(magic_link::ask).post(magic_link::sign_in))
        .route("/step-up", get(step_up::ask).post(step_up::prove))
        .route("/account", get(profile::show).post(profile::save))
        .route("/account/security", get(security::show).post(security::change))
        .route("/account/sessions", get(sessions::show).post(sessions::end))
        .route("/account/activity", get(activity::show))
        .route("/account/delete", get(delete::ask).post(delete::delete))
        .route("/logout", get(logout::ask).post(logout::sign_out))
        .route(Page::ChangeEmailOld.path(), get(pressed::ask_allow).post(pressed::allow))
        .route(Page::ChangeEmail.path(), get(pressed::ask_confirm).post(pressed::confirm))
        .route(Page::UndoEmail.path(), get(pressed::ask_undo).post(pressed::undo))
        .route(Page::NotMe.path(), get(pressed::ask_not_me).post(pressed::not_me))
        .route("/.well-known/change-password", get(home::change_password))
        .method_not_allowed_fallback(not_allowed)
        .route_layer(middleware::from_fn(if_there_are_any))
        .route("/", get(home::home))
        .route_layer(middleware::from_fn(trouble::as_page))
        .route("/styles/{name}", get(home::style))
}

/// The answer to a method that a page doesn't have.
async fn not_allowed(call: Call) -> Response {
    Problem::from(if call.settings.pages { Code::MethodNotAllowed } else { Code::NotFound }).into_response()
}

/// The operator may have pages elsewhere.
async fn if_there_are_any(call: Call, request: Request, next: Next) -> Response {
    if call.settings.pages { next.run(request).await } else { Problem::from(Code::NotFound).into_response() }
}

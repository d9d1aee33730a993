//! The pages that links in mails lead to: each does its one thing, by a plain form and without script.
//!
//! A GET spends nothing: scanners of mail open every link. It gives the browser a challenge cookie, so that a form that is sent twice has the
//! same outcome twice.

mod form;
mod not_me;
mod page;
mod reset_password;

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
        .route(Page::NotMe.path(), get(not_me::ask).post(not_me::end))
        .route_layer(middleware::from_fn(if_there_are_any))
}

/// The operator may have pages elsewhere.
async fn if_there_are_any(call: Call, request: Request, next: Next) -> Response {
    if call.settings.pages { next.run(request).await } else { Problem::from(Code::NotFound).into_response() }
}

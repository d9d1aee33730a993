//! Which path leads where. The paths stand with their handlers, and the OpenAPI document comes from the same words.

use super::{
    kit::problem,
    openapi,
    v1::{
        account, admin, audit_events, change_password, jwks, login, logout, maintenance, profile, refresh,
        register, security_events, service_token, session, session_to_token, sessions, validate,
    },
};
use axum::{
    Extension, Router, extract::MatchedPath, extract::Request, middleware, middleware::Next,
    response::Response,
};
use std::sync::OnceLock;
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Every route, with its documentation.
fn documented() -> OpenApiRouter {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .routes(routes!(register::register))
        .routes(routes!(login::login))
        .routes(routes!(logout::logout))
        .routes(routes!(refresh::refresh))
        .routes(routes!(validate::validate))
        .routes(routes!(jwks::jwks))
        .routes(routes!(jwks::well_known_jwks))
        .routes(routes!(session::session))
        .routes(routes!(session_to_token::session_to_token))
        .routes(routes!(service_token::service_token))
        .routes(routes!(sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
        .routes(routes!(profile::profile, profile::update))
        .routes(routes!(change_password::change_password))
        .routes(routes!(account::delete))
        .routes(routes!(security_events::security_events))
        .routes(routes!(admin::security_events::list))
        .routes(routes!(admin::security_events::summary))
        .routes(routes!(admin::security_events::failed_logins))
        .routes(routes!(admin::users::unlock))
        .routes(routes!(admin::audit::verify))
        .routes(routes!(admin::audit::checkpoint))
        .routes(routes!(admin::audit::proof))
        .routes(routes!(audit_events::record))
        .routes(routes!(maintenance::maintenance))
        .routes(routes!(openapi::openapi))
}

/// The document, as it is served.
///
/// # Panics
///
/// Never: the document consists of strings.
#[must_use]
pub fn document() -> String {
    documented().split_for_parts().1.to_pretty_json().unwrap_or_default()
}

/// The router of this instance.
pub fn router() -> Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    let build = || {
        let (router, _) = documented().split_for_parts();
        router
            .layer(Extension(openapi::Text(document)))
            .route_layer(middleware::from_fn(note_route))
            .fallback(problem::not_found)
            .method_not_allowed_fallback(problem::method_not_allowed)
    };
    ROUTER.get_or_init(build).clone()
}

/// The template of the route that answered, kept with the answer for metrics.
#[derive(Clone)]
pub struct Route(pub MatchedPath);

async fn note_route(path: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Route(path));
    response
}

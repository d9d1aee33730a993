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
    Router,
    extract::{MatchedPath, Request},
    middleware::{self, Next},
    response::Response,
    routing::{MethodFilter, on},
};
use std::sync::OnceLock;
use utoipa::openapi::HttpMethod;

/// Makes of the list of handlers a router, and the document for the checked-in copy. Path and method are what each handler's
/// documentation says.
macro_rules! routes {
    ($($($module:ident)::+ => $handler:ident,)+) => {
        fn routed() -> Router {
            pastey::paste! {
                Router::new()$(.route(
                    &<$($module)::+::[<__path_ $handler>] as utoipa::Path>::path(),
                    on(filter(&<$($module)::+::[<__path_ $handler>] as utoipa::Path>::methods()), $($module)::+::$handler),
                ))+
            }
        }

        /// Every route, with its documentation.
        #[cfg(not(target_family = "wasm"))]
        fn documented() -> utoipa_axum::router::OpenApiRouter {
            use utoipa::OpenApi as _;
            utoipa_axum::router::OpenApiRouter::with_openapi(super::document::Document::openapi())
                $(.routes(utoipa_axum::routes!($($module)::+::$handler)))+
        }
    };
}

routes![
    register => register,
    login => login,
    logout => logout,
    refresh => refresh,
    validate => validate,
    jwks => jwks,
    jwks => well_known_jwks,
    session => session,
    session_to_token => session_to_token,
    service_token => service_token,
    sessions => list,
    sessions => end_others,
    sessions => end,
    profile => profile,
    profile => update,
    change_password => change_password,
    account => delete,
    security_events => security_events,
    admin::security_events => list,
    admin::security_events => summary,
    admin::security_events => failed_logins,
    admin::users => get,
    admin::users => unlock,
    admin::users => set_app_metadata,
    admin::audit => verify,
    admin::audit => checkpoint,
    admin::audit => proof,
    audit_events => record,
    maintenance => maintenance,
    openapi => openapi,
];

fn filter(methods: &[HttpMethod]) -> MethodFilter {
    match methods {
        [HttpMethod::Post, ..] => MethodFilter::POST,
        [HttpMethod::Delete, ..] => MethodFilter::DELETE,
        [HttpMethod::Put, ..] => MethodFilter::PUT,
        [HttpMethod::Patch, ..] => MethodFilter::PATCH,
        _ => MethodFilter::GET,
    }
}

/// The document, made anew: the component serves the checked-in copy, which costs a fifth of what it takes to make it.
#[cfg(not(target_family = "wasm"))]
#[must_use]
pub fn document() -> String {
    let (_, mut document) = documented().split_for_parts();
    super::document::complete(&mut document);
    document.to_pretty_json().unwrap_or_default()
}

/// The router of this instance.
pub fn router() -> Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    let build = || {
        routed()
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

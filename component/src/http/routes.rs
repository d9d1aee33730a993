//! Which path leads where. The paths stand with their handlers, and the OpenAPI document comes from the same words.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
    routing::MethodFilter,
};
use utoipa::openapi::HttpMethod;

/// Makes of a list of handlers a router, and the document for the checked-in copy. Path and method are what each handler's
/// documentation says.
macro_rules! routes {
    ($($($module:ident)::+ => $handler:ident,)+) => {
        /// Every route.
        pub fn routed() -> axum::Router {
            pastey::paste! {
                axum::Router::new()$(.route(
                    &<$($module)::+::[<__path_ $handler>] as utoipa::Path>::path(),
                    axum::routing::on(
                        $crate::http::routes::filter(&<$($module)::+::[<__path_ $handler>] as utoipa::Path>::methods()),
                        $($module)::+::$handler,
                    ),
                ))+
            }
        }

        /// Every route's documentation, added to the rest of the document.
        #[cfg(not(target_family = "wasm"))]
        pub fn documented(rest: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
            utoipa_axum::router::OpenApiRouter::<()>::with_openapi(rest)
                $(.routes(utoipa_axum::routes!($($module)::+::$handler)))+
                .into_openapi()
        }
    };
}
pub(super) use routes;

/// The method of a handler.
pub fn filter(methods: &[HttpMethod]) -> MethodFilter {
    match methods {
        [HttpMethod::Post, ..] => MethodFilter::POST,
        [HttpMethod::Delete, ..] => MethodFilter::DELETE,
        [HttpMethod::Put, ..] => MethodFilter::PUT,
        [HttpMethod::Patch, ..] => MethodFilter::PATCH,
        _ => MethodFilter::GET,
    }
}

/// The template of the route that answered, kept with the answer for metrics.
#[derive(Clone)]
pub struct Route(pub MatchedPath);

/// Notes it.
pub async fn note_route(path: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Route(path));
    response
}

//! The router, and the document of its routes.

#[cfg(not(target_family = "wasm"))]
use super::document::{Document, complete};
use super::{kit::problem, pages, routes, v1};
use axum::{Router, middleware};
use std::sync::OnceLock;

/// The document, made anew: the component serves the checked-in copy, which costs a fifth of what it takes to make it.
#[cfg(not(target_family = "wasm"))]
#[must_use]
pub fn document() -> String {
    use utoipa::OpenApi as _;
    let mut document = v1::documented(Document::openapi());
    complete(&mut document);
    document.to_pretty_json().unwrap_or_default()
}

/// The router of this instance.
pub fn router() -> Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    let build = || {
        v1::routed()
            .merge(pages::routed())
            .route_layer(middleware::from_fn(routes::note_route))
            .fallback(pages::not_found)
            .method_not_allowed_fallback(problem::method_not_allowed)
    };
    ROUTER.get_or_init(build).clone()
}

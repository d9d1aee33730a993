//! `GET /openapi.json`: the checked-in copy of the document.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operation", operation_id = "getOpenApi",
    responses((status = 200, description = "This document", body = Object))
)]
pub async fn openapi() -> Response {
    let mut response = include_str!(concat!(env!("OUT_DIR"), "/openapi.json")).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

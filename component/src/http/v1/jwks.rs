//! `GET /jwks` and `GET /.well-known/jwks.json`

use crate::{
    http::kit::{call::Call, problem::Failure},
    keys::{self, JWKS_LIFETIME},
};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};

/// The public keys that access tokens are signed with (RFC 7517).
#[utoipa::path(
    get, path = "/api/v1/auth/jwks", tag = "tokens",
    responses((status = 200, description = "A JSON Web Key Set; may be kept for 5 minutes", content_type = "application/json"))
)]
pub async fn jwks(call: Call) -> Result<Response, Failure> {
    let keys = keys::current(call.settings).await?;
    let mut response = keys.accepted().to_json().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let age = format!("public, max-age={}", JWKS_LIFETIME.as_seconds());
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_str(&age).unwrap_or(HeaderValue::from_static("public")),
    );
    Ok(response)
}

/// The same, where libraries look for it.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "tokens",
    responses((status = 200, description = "A JSON Web Key Set; may be kept for 5 minutes", content_type = "application/json"))
)]
pub async fn well_known_jwks(call: Call) -> Result<Response, Failure> {
    jwks(call).await
}

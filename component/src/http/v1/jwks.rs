//! `GET /jwks`, `GET /.well-known/jwks.json` and `GET /api/auth/jwks`

use crate::{
    http::kit::{call::Call, problem::Problem},
    invalidations::{Reuse, Subject},
    keys::{self, JWKS_LIFETIME},
};
use axum::{
    Extension,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, header};
use utoipa::ToSchema;

/// A JSON Web Key Set (RFC 7517).
#[derive(ToSchema)]
#[schema(as = Jwks)]
pub struct JwksBody {
    #[allow(dead_code, reason = "it describes what the keys write by themselves")]
    keys: Vec<JwkBody>,
}

/// An Ed25519 public key (RFC 8037).
#[derive(ToSchema)]
#[schema(as = Jwk)]
#[allow(dead_code, reason = "it describes what the keys write by themselves")]
pub struct JwkBody {
    #[schema(example = "OKP")]
    kty: String,
    #[schema(example = "Ed25519")]
    crv: String,
    /// The public key, in base64url.
    x: String,
    #[schema(example = "EdDSA")]
    alg: String,
    #[schema(rename = "use", example = "sig")]
    use_: String,
    /// The key's thumbprint (RFC 7638).
    kid: String,
}

/// The public keys that access tokens are signed with (RFC 7517).
#[utoipa::path(
    get, path = "/api/v1/auth/jwks", tag = "tokens", operation_id = "getJwks",
    responses((status = 200, description = "A JSON Web Key Set; may be kept for 5 minutes", body = JwksBody))
)]
pub async fn jwks(call: Call) -> Result<Response, Problem> {
    let keys = keys::current(call.settings).await?;
    // Every change of theirs is told.
    let until = call.now + JWKS_LIFETIME;
    let reuse = Reuse { until, subjects: vec![Subject::Keys], as_of: keys.as_of(), count: None };
    let mut response = (Extension(reuse), keys.accepted().to_json()).into_response();
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
    get, path = "/.well-known/jwks.json", tag = "tokens", operation_id = "getWellKnownJwks",
    responses((status = 200, description = "A JSON Web Key Set; may be kept for 5 minutes", body = JwksBody))
)]
pub async fn well_known_jwks(call: Call) -> Result<Response, Problem> {
    jwks(call).await
}

/// The same, where services that knew Better Auth look for it.
#[utoipa::path(
    get, path = "/api/auth/jwks", tag = "tokens", operation_id = "getBetterAuthJwks",
    responses((status = 200, description = "A JSON Web Key Set; may be kept for 5 minutes", body = JwksBody))
)]
pub async fn better_auth_jwks(call: Call) -> Result<Response, Problem> {
    jwks(call).await
}

//! `GET /openapi.json`

use axum::{
    Extension,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, header};
use std::sync::OnceLock;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Built,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What the document says besides the routes.
#[derive(OpenApi)]
#[openapi(
    info(title = "mana-auth", description = "Accounts, sessions and tokens.", license(name = "Apache-2.0 OR MIT")),
    modifiers(&Schemes),
    tags(
        (name = "accounts", description = "Who someone is"),
        (name = "sessions", description = "Where someone is signed in"),
        (name = "tokens", description = "What other services check"),
        (name = "audit", description = "What happened"),
        (name = "administration", description = "What administrators do"),
        (name = "operation", description = "What an operator's scheduler calls"),
    )
)]
pub struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut Built) {
        let components = document.components.get_or_insert_default();
        let bearer = |format: &str, what: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format);
            SecurityScheme::Http(scheme.description(Some(what)).build())
        };
        components.add_security_scheme("bearer", bearer("JWT", "An access token"));
        components
            .add_security_scheme("maintenance", bearer("secret", "The operator's `maintenance_secret`"));
        components.add_security_scheme(
            "audit_source",
            bearer("secret", "The secret of one of the operator's `audit_sources`"),
        );
        let cookie = ApiKeyValue::with_description(
            "mana_session",
            "The session cookie; `__Host-` precedes its name on HTTPS, `__Secure-` where a cookie domain is set",
        );
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Makes the text of the document. Whoever knows every route brings it.
#[derive(Clone, Copy)]
pub struct Text(pub fn() -> String);

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operation",
    responses((status = 200, description = "This document", content_type = "application/json"))
)]
pub async fn openapi(Extension(Text(text)): Extension<Text>) -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let mut response = DOCUMENT.get_or_init(text).as_str().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

//! `GET /openapi.json`

use super::routes;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use serde::Serialize;
use std::{collections::BTreeMap, sync::OnceLock};
use utoipa::{
    Modify, OpenApi, ToSchema,
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

/// The shape of every error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable; switch on it.
    #[schema(example = "INVALID_CREDENTIALS")]
    error: String,
    /// For people.
    #[schema(example = "Invalid email or password")]
    message: String,
    #[schema(example = 401)]
    status: u16,
    /// With `VALIDATION_FAILED`: what is wrong with which field.
    fields: Option<BTreeMap<String, String>>,
    /// In how many seconds trying again may help.
    retry_after_sec: Option<u64>,
}

/// That something was done.
#[derive(Serialize, ToSchema)]
pub struct Success {
    #[schema(example = true)]
    success: bool,
}

impl Success {
    /// It was.
    #[must_use]
    pub const fn yes() -> Self {
        Self { success: true }
    }
}

/// The document, as it is served.
///
/// # Panics
///
/// Never: the document consists of strings.
#[must_use]
pub fn document() -> String {
    routes::documented().split_for_parts().1.to_pretty_json().unwrap_or_default()
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operation",
    responses((status = 200, description = "This document", content_type = "application/json"))
)]
pub async fn openapi() -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let mut response = DOCUMENT.get_or_init(document).as_str().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

//! What the document of the interface says besides the routes. It is made on the developer's machine alone.

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

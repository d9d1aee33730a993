//! What the document of the interface says besides the routes. It is made on the developer's machine alone.
//!
//! What many operations have in common is said here, so that a handler says what is its own: how one authenticates, and what every
//! server before the handlers refuses.

use super::kit::bodies::{ErrorCode, ProblemBody};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, ContentBuilder, HeaderBuilder, OpenApi as Built, Ref, RefOr, Response, ResponseBuilder,
        Server,
        path::{HttpMethod, Operation},
        schema::{OneOf, Schema},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// The document, but for the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "mana-auth",
        description = "Accounts, sessions and tokens. A request that changes something by cookie needs an `Origin` header of this service or of \
            a trusted origin, or `Sec-Fetch-Site: same-origin`; signing in and registering refuse any other `Origin`. Errors have one \
            shape, `Problem`: switch on its `error`.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    components(schemas(ErrorCode, ProblemBody)),
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
        document.servers = Some(vec![Server::new("/")]);
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
            mana_auth_hygiene::cookie_name::SESSION,
            "The session cookie; `__Host-` precedes its name on HTTPS, `__Secure-` where a cookie domain is set",
        );
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// A refusal that many operations have in common.
struct Common {
    status: &'static str,
    /// Its name among the responses that are shared.
    name: &'static str,
    description: &'static str,
    applies: fn(&HttpMethod, &Operation) -> bool,
}

const COMMON: &[Common] = &[
    Common {
        status: "301",
        name: "Redirect",
        description: "Over plain HTTP, where `require_https` is set: the same over HTTPS",
        applies: |method, _| *method == HttpMethod::Get,
    },
    Common {
        status: "400",
        name: "Invalid",
        description: "`VALIDATION_FAILED`: `fields` says where and why",
        applies: |_, operation| operation.request_body.is_some() || operation.parameters.is_some(),
    },
    Common {
        status: "401",
        name: "Unauthenticated",
        description: "`UNAUTHENTICATED`; `TOKEN_EXPIRED`: refresh",
        applies: |_, operation| is_of(operation, "bearer") || is_of(operation, "cookie"),
    },
    Common {
        status: "403",
        name: "Forbidden",
        description: "`FORBIDDEN`: by cookie from an origin that is not trusted, or not an administrator; `HTTPS_REQUIRED`",
        applies: can_be_forbidden,
    },
    Common {
        status: "403",
        name: "HttpsRequired",
        description: "`HTTPS_REQUIRED`",
        applies: |method, operation| !can_be_forbidden(method, operation),
    },
    Common {
        status: "408",
        name: "Timeout",
        description: "`REQUEST_TIMEOUT`: the body did not come in time",
        applies: |_, operation| operation.request_body.is_some(),
    },
    Common {
        status: "413",
        name: "TooLarge",
        description: "`PAYLOAD_TOO_LARGE`: more than 64 KiB",
        applies: |_, operation| operation.request_body.is_some(),
    },
    Common {
        status: "415",
        name: "UnsupportedMediaType",
        description: "`UNSUPPORTED_MEDIA_TYPE`: the body is not `application/json`",
        applies: |_, operation| operation.request_body.is_some(),
    },
    Common {
        status: "429",
        name: "RateLimited",
        description: "`RATE_LIMITED`: too many requests from the address",
        applies: |_, _| true,
    },
    Common {
        status: "431",
        name: "HeadersTooLarge",
        description: "`HEADERS_TOO_LARGE`: more than 16 KiB, or more than 64 fields",
        applies: |_, _| true,
    },
    Common {
        status: "500",
        name: "Internal",
        description: "`INTERNAL`: a fault of the service",
        applies: |_, _| true,
    },
    Common {
        status: "503",
        name: "Unavailable",
        description: "`OVERLOADED` or `STORAGE_UNAVAILABLE`: try again",
        applies: |_, _| true,
    },
];

/// Adds to every operation what it has in common with others, and its examples.
pub fn complete(document: &mut Built) {
    let components = document.components.get_or_insert_default();
    for common in COMMON {
        components
            .responses
            .insert(common.name.to_owned(), RefOr::T(problem(common.status, common.description)));
    }
    let examples: BTreeMap<String, Example> =
        serde_json::from_str(include_str!("examples.json")).unwrap_or_default();
    for item in document.paths.paths.values_mut() {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                body.content.values_mut().for_each(leave_out_rather_than_null);
            }
            for common in
                COMMON.iter().filter(|common| (common.applies)(&method, operation)).collect::<Vec<_>>()
            {
                add(operation, common);
            }
            if let Some(example) = operation.operation_id.as_ref().and_then(|id| examples.get(id)) {
                example.put_into(operation);
            }
        }
    }
}

/// A body that is optional is left out. utoipa describes it as one that may be null.
fn leave_out_rather_than_null(content: &mut RefOr<Content>) {
    let RefOr::T(Content { schema: Some(schema), .. }) = content else { return };
    if let RefOr::T(Schema::OneOf(OneOf { items, .. })) = schema
        && let Some(body) = items.iter().find(|item| matches!(item, RefOr::Ref(_)))
    {
        *schema = body.clone();
    }
}

fn can_be_forbidden(method: &HttpMethod, operation: &Operation) -> bool {
    is_of(operation, "cookie") && *method != HttpMethod::Get || is_tagged(operation, "administration")
}

fn is_of(operation: &Operation, scheme: &str) -> bool {
    let security = serde_json::to_string(&operation.security).unwrap_or_default();
    security.contains(&format!("\"{scheme}\""))
}

fn is_tagged(operation: &Operation, tag: &str) -> bool {
    operation.tags.iter().flatten().any(|known| known == tag)
}

/// A response of its own says the common refusal too; else it is the one that is shared.
fn add(operation: &mut Operation, common: &Common) {
    match operation.responses.responses.get_mut(common.status) {
        Some(RefOr::T(own)) => {
            own.description = format!("{}; {}", own.description, common.description);
            if says_when(common.status) {
                own.headers.insert("retry-after".to_owned(), RefOr::T(retry_after()));
            }
        }
        Some(RefOr::Ref(_)) => {}
        None => {
            let shared = Ref::from_response_name(common.name);
            operation.responses.responses.insert(common.status.to_owned(), RefOr::Ref(shared));
        }
    }
}

fn problem(status: &str, description: &str) -> Response {
    if status == "301" {
        let to = HeaderBuilder::new().schema(Some(utoipa::schema!(String))).build();
        return ResponseBuilder::new().description(description).header("location", to).build();
    }
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response = ResponseBuilder::new().description(description).content("application/json", content);
    if says_when(status) {
        response = response.header("retry-after", retry_after());
    }
    response.build()
}

/// Whether a refusal says when to try again.
fn says_when(status: &str) -> bool {
    matches!(status, "429" | "503")
}

fn retry_after() -> utoipa::openapi::header::Header {
    let mut header = HeaderBuilder::new().schema(Some(utoipa::schema!(u64))).build();
    header.description = Some("In how many seconds trying again may help".to_owned());
    header
}

/// What is sent and answered, where all goes well.
#[derive(serde::Deserialize)]
struct Example {
    request: Option<Value>,
    response: Option<Value>,
}

impl Example {
    fn put_into(&self, operation: &mut Operation) {
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            put(&self.request, body.content.values_mut());
        }
        let answered = operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'));
        let answered = answered.filter_map(|(_, response)| match response {
            RefOr::T(response) => Some(response.content.values_mut()),
            RefOr::Ref(_) => None,
        });
        put(&self.response, answered.flatten());
    }
}

fn put<'a>(example: &Option<Value>, contents: impl Iterator<Item = &'a mut RefOr<Content>>) {
    for content in contents {
        if let RefOr::T(content) = content {
            content.example.clone_from(example);
        }
    }
}

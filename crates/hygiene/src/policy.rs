use crate::{Origin, Scheme, headers};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, ORIGIN, SERVER, STRICT_TRANSPORT_SECURITY, VARY,
    },
};

/// For how long browsers must use HTTPS (RFC 6797 §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hsts {
    /// In seconds. Browsers' preload lists want at least a year.
    pub max_age: u32,
    /// Whether it holds for every name below the host as well.
    pub include_subdomains: bool,
    /// Whether the host agrees to be built into browsers.
    pub preload: bool,
}

impl Default for Hsts {
    /// One year, with subdomains, preloaded.
    fn default() -> Self {
        Self { max_age: 31_536_000, include_subdomains: true, preload: true }
    }
}

impl Hsts {
    fn to_value(self) -> HeaderValue {
        let mut text = format!("max-age={}", self.max_age);
        if self.include_subdomains {
            text.push_str("; includeSubDomains");
        }
        if self.preload {
            text.push_str("; preload");
        }
        ascii(text)
    }
}

/// What is added to every answer. It is made once; adding it formats nothing and copies no text.
#[derive(Debug, Clone)]
pub struct Policy {
    constant: Vec<(HeaderName, HeaderValue)>,
    hsts: Option<HeaderValue>,
    allowed_origins: Vec<HeaderValue>,
    allowed_headers: HeaderValue,
}

/// The header fields that pages may send: ours, and those by which OpenTelemetry and Sentry pass a trace on.
const ALLOWED_HEADERS: &str =
    "Authorization, Content-Type, X-Request-Id, Traceparent, Tracestate, Baggage, Sentry-Trace";

/// The paths of what is the same for everybody, and no secret: the key set, and the document.
pub const PUBLIC: [&str; 4] =
    ["/api/v1/auth/jwks", "/.well-known/jwks.json", "/api/auth/jwks", "/openapi.json"];

/// More than [`Policy::apply`] and [`Policy::preflight`] add together.
const ROOM: usize = 24;

impl Policy {
    /// A policy that lets pages of the allowed origins, and of no others, call the service with credentials.
    /// Without `hsts`, that header is never sent.
    #[must_use]
    pub fn new(hsts: Option<Hsts>, allowed_origins: Vec<Origin>) -> Self {
        Self {
            constant: headers::CONSTANT.to_vec(),
            hsts: hsts.map(Hsts::to_value),
            allowed_origins: allowed_origins.iter().map(|origin| ascii(origin.as_str().to_owned())).collect(),
            allowed_headers: HeaderValue::from_static(ALLOWED_HEADERS),
        }
    }

    /// The same, where pages may send further header fields.
    #[must_use]
    pub fn allowing(self, fields: &[HeaderName]) -> Self {
        let names = std::iter::once(ALLOWED_HEADERS).chain(fields.iter().map(HeaderName::as_str));
        Self { allowed_headers: ascii(names.collect::<Vec<_>>().join(", ")), ..self }
    }

    /// Adds to an answer what every answer carries. A header of its own (another content security policy, a
    /// `Cache-Control`) is kept, except that the policy alone speaks about CORS, and that nobody names the
    /// server's software. Applying it twice is applying it once.
    ///
    /// `origin` is the request's `Origin` header.
    pub fn apply(&self, scheme: Scheme, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        headers.reserve(ROOM);
        headers.remove(SERVER);
        headers.remove(headers::X_POWERED_BY);
        for (name, value) in &self.constant {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        // RFC 6797 §7.2: never in the clear, where anybody could set it.
        match (&self.hsts, scheme) {
            (Some(value), Scheme::Https) => headers.insert(STRICT_TRANSPORT_SECURITY, value.clone()),
            _ => headers.remove(STRICT_TRANSPORT_SECURITY),
        };
        // Nobody but its reader reads a page.
        let origin = origin.filter(|_| !is_page(headers));
        self.share(origin, headers);
        // Also where no origin is allowed: a cache must not hand one origin's answer to another.
        if !varies_by_origin(headers) {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
    }

    /// The same for the answer of a route. What is [public](PUBLIC), pages of every origin may read, without credentials.
    pub fn apply_to(
        &self,
        route: &str,
        scheme: Scheme,
        origin: Option<&HeaderValue>,
        headers: &mut HeaderMap,
    ) {
        self.apply(scheme, origin, headers);
        if PUBLIC.contains(&route) {
            headers.entry(ACCESS_CONTROL_ALLOW_ORIGIN).or_insert(HeaderValue::from_static("*"));
        }
    }

    /// The CORS protocol's part (Fetch standard §3.3): the origin is answered with our own copy of its name.
    fn share(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        match origin.and_then(|origin| self.allowed(origin)) {
            Some(allowed) => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed.clone());
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
                headers.insert(
                    ACCESS_CONTROL_EXPOSE_HEADERS,
                    HeaderValue::from_static("Retry-After, X-Request-Id"),
                );
            }
            None => {
                headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
                headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
                headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
            }
        }
    }

    /// Whether an `Origin` header names exactly an allowed origin. `null` never does.
    #[must_use]
    pub fn allows(&self, origin: &HeaderValue) -> bool {
        self.allowed(origin).is_some()
    }

    fn allowed(&self, origin: &HeaderValue) -> Option<&HeaderValue> {
        self.allowed_origins.iter().find(|allowed| *allowed == origin)
    }

    /// The headers of the answer (204) to a CORS preflight, to which [`Policy::apply`] is still to be applied:
    /// it is what allows the origin or does not. `allowed_methods` is what the route allows, as in `Allow`.
    ///
    /// None when the request (an `OPTIONS`) is no preflight.
    #[must_use]
    pub fn preflight(&self, request: &HeaderMap, allowed_methods: &str) -> Option<HeaderMap> {
        let origin = request.get(ORIGIN)?;
        request.get(ACCESS_CONTROL_REQUEST_METHOD)?;
        let mut headers = HeaderMap::with_capacity(ROOM);
        headers.insert(
            VARY,
            HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        );
        if self.allows(origin) {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, ascii(allowed_methods.to_owned()));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, self.allowed_headers.clone());
            // Ten minutes; browsers keep it for two hours at most.
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
        Some(headers)
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn varies_by_origin(headers: &HeaderMap) -> bool {
    let mut names =
        headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(','));
    names.any(|name| name.trim().eq_ignore_ascii_case("origin"))
}

/// The value of text that is visible ASCII by construction. Other text would become an empty value, which
/// browsers treat as if it were missing: the strict side for CORS.
fn ascii(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

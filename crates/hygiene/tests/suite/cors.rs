use super::{APP, LOCAL, applied, lines, policy};
use http::{
    HeaderMap, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};
use mana_auth_hygiene::{Policy, Scheme};
use proptest::prelude::*;

/// Whatever looks like an allowed origin and is none.
const STRANGERS: [&str; 21] = [
    "",
    "*",
    "null",
    "NULL",
    "app.example",
    "https://",
    "https://app.example/",
    "https://app.example.",
    "https://app.example:443",
    "https://app.example:8443",
    "http://app.example",
    "https://app.example.evil.example",
    "https://evilapp.example",
    "https://evil.app.example",
    "https://app.exampleevil",
    "https://app-example",
    "https://APP.example",
    "HTTPS://app.example",
    "https://app.example https://evil.example",
    "https://app.example, https://evil.example",
    "http://localhost",
];

fn names_no_origin(headers: &HeaderMap) -> bool {
    !lines(headers).iter().any(|line| line.starts_with("access-control-"))
}

#[test]
fn an_allowed_origin_may_read_with_credentials() {
    for origin in [APP, LOCAL] {
        let headers = applied(Scheme::Https, Some(origin));
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], origin);
        assert_eq!(headers[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        assert_eq!(headers[ACCESS_CONTROL_EXPOSE_HEADERS], "Retry-After, X-Request-Id");
        assert_eq!(headers[VARY], "Origin");
        assert!(policy().allows(&HeaderValue::from_static(origin)));
    }
}

#[test]
fn nobody_else_may() {
    for origin in STRANGERS {
        let headers = applied(Scheme::Https, Some(origin));
        assert!(names_no_origin(&headers), "{origin}");
        assert_eq!(headers[VARY], "Origin", "{origin}");
        assert!(!policy().allows(&HeaderValue::from_static(origin)), "{origin}");
    }
    assert!(names_no_origin(&applied(Scheme::Https, None)));
}

#[test]
fn without_allowed_origins_there_is_none() {
    let policy = Policy::new(None, vec![]);
    for origin in [APP, "null", ""] {
        let mut headers = HeaderMap::new();
        policy.apply(Scheme::Https, Some(&HeaderValue::from_static(origin)), &mut headers);
        assert!(names_no_origin(&headers), "{origin}");
        assert_eq!(headers[VARY], "Origin");
    }
}

#[test]
fn an_answer_can_not_speak_for_itself() {
    for origin in [None, Some("https://evil.example"), Some(APP)] {
        let mut headers = HeaderMap::new();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        let value = origin.map(HeaderValue::from_static);
        policy().apply(Scheme::Https, value.as_ref(), &mut headers);
        let allowed = headers.get(ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.to_str().unwrap());
        assert_eq!(allowed, origin.filter(|it| *it == APP));
        assert_eq!(headers.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS), allowed.is_some());
    }
}

fn preflight(origin: Option<&'static str>, method: Option<&'static str>) -> Option<HeaderMap> {
    let mut request = HeaderMap::new();
    if let Some(origin) = origin {
        request.insert(ORIGIN, HeaderValue::from_static(origin));
    }
    if let Some(method) = method {
        request.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static(method));
        request.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("x-evil, authorization"));
    }
    policy().preflight(&request, "GET, HEAD, POST")
}

#[test]
fn a_preflight_tells_an_allowed_origin_what_it_may_send() {
    let mut headers = preflight(Some(APP), Some("POST")).unwrap();
    assert_eq!(
        lines(&headers),
        [
            "access-control-allow-headers: Authorization, Content-Type, X-Request-Id, Traceparent, Tracestate, Baggage, Sentry-Trace",
            "access-control-allow-methods: GET, HEAD, POST",
            "access-control-max-age: 600",
            "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        ]
    );
    policy().apply(Scheme::Https, Some(&HeaderValue::from_static(APP)), &mut headers);
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_ORIGIN], APP);
    assert_eq!(headers[ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
    assert_eq!(headers.get_all(VARY).iter().count(), 1);
}

/// What a page asks for is never what it gets told.
#[test]
fn a_preflight_reflects_nothing() {
    for origin in STRANGERS.into_iter().chain([APP]) {
        let mut headers = preflight(Some(origin), Some("EVIL")).unwrap();
        policy().apply(Scheme::Https, Some(&HeaderValue::from_static(origin)), &mut headers);
        let text = lines(&headers).join("\n").to_lowercase();
        assert!(!text.contains("evil"), "{text}");
        assert!(!text.contains("access-control-allow-origin: *"), "{text}");
        for name in [ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN]
        {
            assert_eq!(headers.contains_key(&name), origin == APP, "{origin} {name}");
        }
    }
}

#[test]
fn a_plain_options_request_is_no_preflight() {
    assert_eq!(preflight(None, None), None);
    assert_eq!(preflight(Some(APP), None), None);
    assert_eq!(preflight(None, Some("POST")), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    /// Bytes that no browser would send, and near misses.
    #[test]
    fn an_origin_is_allowed_only_if_it_is_equal(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            (0..APP.len(), any::<u8>()).prop_map(|(at, byte)| {
                let mut bytes = APP.as_bytes().to_vec();
                bytes[at] = byte;
                bytes
            }),
        ],
    ) {
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            let expected = bytes == APP.as_bytes() || bytes == LOCAL.as_bytes();
            prop_assert_eq!(POLICY.allows(&value), expected);
        }
    }
}

static POLICY: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(policy);

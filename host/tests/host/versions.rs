//! The real service over HTTP/2 as over HTTP/1.1. The black-box suites check what every answer promises over the
//! one; that the other answers alike is checked here.

use crate::support::wire::{Answer, Service, Wire};
use http::{HeaderName, header};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const JSON: (&str, &str) = ("content-type", "application/json");
const PASSWORD: &str = "four otters paint lighthouses";

/// From registering to signing out, and what is refused on the way.
async fn story(mut wire: Wire, email: &str) -> Vec<Answer> {
    const AUTH: &str = "/api/v1/auth";
    let credentials = json!({ "email": email, "password": PASSWORD }).to_string();
    let path = |route: &str| format!("{AUTH}{route}");
    let mut told = Vec::new();
    told.push(wire.send("POST", &path("/register"), &[JSON], credentials.clone()).await);
    let signed_in = wire.send("POST", &path("/login"), &[JSON], credentials).await;
    let (cookie, origin) = (signed_in.cookie(), ("origin", "http://localhost:3001"));
    let refresh = json!({ "refreshToken": signed_in.member("refreshToken") }).to_string();
    let bearer = format!("Bearer {}", signed_in.member("accessToken"));
    told.push(signed_in);
    told.push(wire.send("GET", &path("/session"), &[("cookie", &cookie)], "").await);
    told.push(wire.send("GET", &path("/session"), &[("authorization", &bearer)], "").await);
    told.push(wire.send("POST", &path("/refresh"), &[JSON], refresh).await);
    told.push(wire.send("GET", &path("/jwks"), &[], "").await);
    let wrong = json!({ "email": email, "password": "wrong" }).to_string();
    told.push(wire.send("POST", &path("/login"), &[JSON], wrong).await);
    told.push(wire.send("POST", &path("/login"), &[JSON], "{").await);
    told.push(wire.send("POST", &path("/login"), &[], "{}").await);
    told.push(wire.send("GET", "/nowhere", &[], "").await);
    told.push(wire.send("PUT", &path("/login"), &[JSON], "{}").await);
    let long = "y".repeat(17 * 1024);
    told.push(wire.send("GET", &path("/session"), &[("x-long", &long)], "").await);
    let foreign = [("cookie", cookie.as_str()), ("origin", "https://evil.example"), JSON];
    told.push(wire.send("POST", &path("/logout"), &foreign, "{}").await);
    told.push(wire.send("POST", &path("/logout"), &[("cookie", &cookie), origin, JSON], "{}").await);
    told.push(wire.send("GET", &path("/session"), &[("cookie", &cookie)], "").await);
    told
}

/// The fields that every answer has in common with its like, whoever it is for.
fn fields(answer: &Answer) -> BTreeSet<(&str, &[u8])> {
    const THEIR_OWN: [HeaderName; 4] = [
        header::DATE,
        header::SET_COOKIE,
        HeaderName::from_static("x-request-id"),
        // Tokens differ in length by a digit of a signature's JSON now and then.
        header::CONTENT_LENGTH,
    ];
    let value = |name| if THEIR_OWN.contains(name) { &b""[..] } else { answer.headers[name].as_bytes() };
    answer.headers.keys().map(|name| (name.as_str(), value(name))).collect()
}

/// The names of what an answer holds; what a refusal says in words, too.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        _ => Value::Null,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_answers_as_http_1_does() {
    let service = Service::start().await;
    let one = story(service.one().await, "one@example.org").await;
    let two = story(service.two().await, "two@example.org").await;
    let statuses: Vec<u16> = two.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [201, 200, 200, 200, 200, 200, 401, 400, 415, 404, 405, 431, 403, 200, 401]);
    for (one, two) in one.iter().zip(&two) {
        assert_eq!((&one.what, one.status), (&two.what, two.status));
        assert_eq!(fields(one), fields(two), "{}", one.what);
        assert_eq!(shape(&one.body), shape(&two.body), "{}", one.what);
        if !one.status.is_success() {
            assert_eq!(one.body, two.body, "{}", one.what);
        }
    }
    let ids: BTreeSet<&[u8]> =
        one.iter().chain(&two).map(|answer| answer.headers["x-request-id"].as_bytes()).collect();
    assert_eq!(ids.len(), one.len() + two.len(), "an id for each answer");
    assert_eq!(two[2].body["user"]["email"], "two@example.org");
}

/// RFC 9113 §8.2.3: each pair may be a field of its own, so that headers compress better.
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_header_may_come_in_pieces() {
    let service = Service::start().await;
    let mut wire = service.two().await;
    let credentials = json!({ "email": "two@example.org", "password": PASSWORD }).to_string();
    wire.send("POST", "/api/v1/auth/register", &[JSON], credentials.clone()).await;
    let ours = wire.send("POST", "/api/v1/auth/login", &[JSON], credentials).await.cookie();
    let planted = "mana_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (pieces, status) in [
        (&[ours.as_str()][..], 200),
        (&["theme=dark", &ours], 200),
        (&[&ours, "theme=dark"], 200),
        (&["theme=dark; lang=de", &ours, "mana=1; session=2"], 200),
        (&["theme=dark", "lang=de"], 401),
        // The one of a living session counts, in one field or in two.
        (&[planted, &ours], 200),
        (&[planted, "theme=dark"], 401),
    ] {
        let cookies: Vec<_> = pieces.iter().map(|piece| ("cookie", *piece)).collect();
        let answer = wire.send("GET", "/api/v1/auth/session", &cookies, "").await;
        assert_eq!(answer.status, status, "{} pieces", pieces.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_too_large_is_refused_over_both() {
    let service = Service::start().await;
    for mut wire in [service.one().await, service.two().await] {
        let body = json!({ "email": "x".repeat(70_000) }).to_string();
        let answer = wire.send("POST", "/api/v1/auth/login", &[JSON], body).await;
        assert_eq!((answer.status.as_u16(), answer.member("error")), (413, "PAYLOAD_TOO_LARGE"));
    }
}

//! What every HTTP service owes its callers: methods, media types, limits.

use crate::{
    client::API,
    runner::MAINTENANCE,
    scenarios,
    service::{PASSWORD, Stage},
};
use http::Method;
use serde_json::json;

scenarios![
    an_unknown_path_is_not_found,
    a_path_is_matched_exactly,
    another_method_is_not_allowed,
    a_body_must_be_declared_as_json,
    a_large_body_is_refused,
    large_headers_are_refused,
    many_headers_are_refused,
    head_is_get_without_a_body,
    the_query_does_not_matter,
    a_sign_out_clears_what_the_browser_keeps,
    request_ids_are_our_own,
    maintenance_needs_its_secret,
    without_a_secret_there_is_no_maintenance,
];

async fn an_unknown_path_is_not_found(stage: Stage) {
    let service = stage.start().await;
    for path in ["/nowhere", "/api", "/api/v1/auth", "/api/v1/auth/", "/api/v1/auth/nowhere", "/favicon.ico"]
    {
        for method in [Method::GET, Method::POST] {
            service.client().call(method, path).await.refused("NOT_FOUND");
        }
    }
}

async fn a_path_is_matched_exactly(stage: Stage) {
    let service = stage.start().await;
    for path in [
        "/api/v1/auth/jwks/",
        "/api/v1/auth//jwks",
        "/api/v1/AUTH/jwks",
        "/api/v1/auth/jwks%2f",
        "/api/v1/auth/%6awks%00",
    ] {
        service.client().call(Method::GET, path).await.refused("NOT_FOUND");
    }
}

async fn another_method_is_not_allowed(stage: Stage) {
    let service = stage.start().await;
    for (method, path, allowed) in [
        (Method::GET, "/login", &["POST"][..]),
        (Method::PUT, "/login", &["POST"]),
        (Method::PATCH, "/profile", &["GET", "HEAD", "POST"]),
        (Method::POST, "/sessions", &["GET", "HEAD", "DELETE"]),
        (Method::GET, "/account", &["DELETE"]),
        (Method::POST, "/jwks", &["GET", "HEAD"]),
        (Method::TRACE, "/session", &["GET", "HEAD"]),
        (Method::from_bytes(b"PROPFIND").expect("a method"), "/session", &["GET", "HEAD"]),
    ] {
        let answer = service.client().call(method, &format!("{API}{path}")).await;
        answer.refused("METHOD_NOT_ALLOWED");
        let allow: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        for method in allowed {
            assert!(allow.contains(method), "{answer}: allow is {allow:?}");
        }
    }
}

async fn a_body_must_be_declared_as_json(stage: Stage) {
    let service = stage.start().await;
    let body = json!({ "email": "ana@example.org", "password": PASSWORD }).to_string();
    let client = service.client();
    let call = || client.call(Method::POST, &format!("{API}/register"));
    for wrong in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/json",
        "application/json, text/plain",
        "",
    ] {
        call().body(wrong, body.clone()).await.refused("UNSUPPORTED_MEDIA_TYPE");
    }
    call().untyped_body(body.clone()).await.refused("UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
    call().body("Application/JSON; charset=utf-8", body).await.is(201);
}

async fn a_large_body_is_refused(stage: Stage) {
    let service = stage.start().await;
    let padded = |length: usize| {
        let body = json!({ "email": "ana@example.org", "password": PASSWORD }).to_string();
        body.clone() + &" ".repeat(length - body.len())
    };
    let client = service.client();
    let call =
        |body: String| client.call(Method::POST, &format!("{API}/register")).body("application/json", body);
    call(padded(64 * 1024 + 1)).await.refused("PAYLOAD_TOO_LARGE");
    call(padded(200 * 1024)).await.refused("PAYLOAD_TOO_LARGE");
    call(padded(64 * 1024)).await.is(201);
}

async fn large_headers_are_refused(stage: Stage) {
    let service = stage.start().await;
    let answer = service.client().get("/jwks").header("x-large", &"x".repeat(20 * 1024)).await;
    answer.refused("HEADERS_TOO_LARGE");
    service.client().get("/jwks").header("x-large", &"x".repeat(12 * 1024)).await.ok();
}

async fn many_headers_are_refused(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    let mut call = client.get("/jwks");
    for number in 0..80 {
        call = call.header(&format!("x-{number}"), "x");
    }
    call.await.refused("HEADERS_TOO_LARGE");
}

async fn head_is_get_without_a_body(stage: Stage) {
    let service = stage.start().await;
    let get = service.client().get("/jwks").await;
    let head = service.client().call(Method::HEAD, &format!("{API}/jwks")).await;
    assert_eq!(head.status, 200);
    for name in ["content-type", "cache-control", "content-length"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    let refused = service.client().call(Method::HEAD, &format!("{API}/session")).await;
    assert_eq!(refused.status, 401);
    assert_eq!(service.client().call(Method::HEAD, "/nowhere").await.status, 404);
}

async fn the_query_does_not_matter(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.get("/session?disableCookieCache=true&x=%ff").await.ok();
}

async fn request_ids_are_our_own(stage: Stage) {
    let service = stage.start().await;
    let answer = service.client().get("/jwks").header("x-request-id", "chosen-by-the-client").await;
    assert_ne!(answer.header("x-request-id"), "chosen-by-the-client");
}

async fn maintenance_needs_its_secret(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    client.post("/maintenance", json!({})).await.refused("UNAUTHENTICATED");
    let wrong = format!("{MAINTENANCE}x");
    client.post("/maintenance", json!({})).bearer(&wrong).await.refused("UNAUTHENTICATED");
    let ana = service.someone().await;
    ana.client.post("/maintenance", json!({})).bearer(&ana.access).await.refused("UNAUTHENTICATED");
    client.call(Method::POST, &format!("{API}/maintenance")).bearer(MAINTENANCE).await.ok();
}

async fn without_a_secret_there_is_no_maintenance(stage: Stage) {
    let service = stage.without("maintenance_secret").start().await;
    let client = service.client();
    let call = || client.call(Method::POST, &format!("{API}/maintenance"));
    call().bearer(MAINTENANCE).await.refused("NOT_FOUND");
    call().bearer("").await.refused("NOT_FOUND");
    call().await.refused("NOT_FOUND");
}

async fn a_sign_out_clears_what_the_browser_keeps(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let answer = ana.client.post("/logout", json!({})).await;
    answer.ok();
    assert_eq!(answer.header("clear-site-data"), "\"cache\"");
}

//! CORS, as browsers ask for it (Fetch §3.2), for the configured origins only.

use crate::{
    client::{API, Answer},
    scenarios,
    service::{PASSWORD, Service, Stage, TRUSTED, UNTRUSTED},
};
use http::Method;
use serde_json::json;

scenarios![
    a_trusted_page_may_ask,
    a_foreign_page_may_not,
    a_trusted_page_may_read_answers,
    a_trusted_page_may_read_refusals,
    a_foreign_page_may_not_read,
    answers_differ_by_origin,
    options_without_preflight_tells_the_methods,
    several_origins,
    a_page_may_send_what_passes_a_trace_on_and_what_the_operator_adds,
    a_page_is_told_that_a_path_leads_nowhere,
    what_is_public_anybodys_page_may_read,
    an_app_is_an_origin_of_its_own,
];

async fn preflight(service: &Service, path: &str, method: &str, origin: &str) -> Answer {
    let client = service.client();
    let request = client.call(Method::OPTIONS, &format!("{API}{path}"));
    request
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "authorization,content-type")
        .await
}

fn list(answer: &Answer, name: &str) -> Vec<String> {
    answer.header(name).split(',').map(|item| item.trim().to_lowercase()).collect()
}

fn varies_by_origin(answer: &Answer) {
    let varies = answer
        .headers
        .get_all("vary")
        .iter()
        .any(|v| v.to_str().is_ok_and(|v| v.to_lowercase().contains("origin")));
    assert!(varies, "{answer} has no Vary: Origin");
}

async fn a_trusted_page_may_ask(stage: Stage) {
    let service = stage.start().await;
    for (path, method) in
        [("/login", "POST"), ("/sessions", "DELETE"), ("/account", "DELETE"), ("/profile", "GET")]
    {
        let answer = preflight(&service, path, method, TRUSTED).await;
        assert!([200, 204].contains(&answer.status), "{answer}");
        assert_eq!(answer.header("access-control-allow-origin"), TRUSTED, "{answer}");
        assert_eq!(answer.header("access-control-allow-credentials"), "true", "{answer}");
        assert!(list(&answer, "access-control-allow-methods").contains(&method.to_lowercase()), "{answer}");
        let headers = list(&answer, "access-control-allow-headers");
        assert!(
            headers.contains(&"authorization".to_owned()) && headers.contains(&"content-type".to_owned())
        );
        varies_by_origin(&answer);
    }
}

async fn a_foreign_page_may_not(stage: Stage) {
    let service = stage.start().await;
    for origin in [UNTRUSTED, "null", "https://app.example.evil.example", "http://app.example"] {
        let answer = preflight(&service, "/login", "POST", origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{answer}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{answer}");
    }
}

async fn a_trusted_page_may_read_answers(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for answer in [
        ana.client.get("/session").origin(TRUSTED).await,
        service.client().get("/jwks").origin(TRUSTED).await,
        ana.client.post("/profile", json!({ "name": "x" })).origin(TRUSTED).await,
    ] {
        answer.ok();
        assert_eq!(answer.header("access-control-allow-origin"), TRUSTED, "{answer}");
        assert_eq!(answer.header("access-control-allow-credentials"), "true", "{answer}");
        varies_by_origin(&answer);
    }
}

async fn a_trusted_page_may_read_refusals(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    for answer in [
        client.get("/session").origin(TRUSTED).await,
        client
            .post("/login", json!({ "email": "a@example.org", "password": PASSWORD }))
            .origin(TRUSTED)
            .await,
        client.get("/nowhere").origin(TRUSTED).await,
        client.post("/login", json!("x".repeat(70_000))).origin(TRUSTED).await,
    ] {
        assert!(answer.status >= 400, "{answer}");
        assert_eq!(answer.header("access-control-allow-origin"), TRUSTED, "{answer}");
    }
}

async fn a_foreign_page_may_not_read(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let answer = ana.client.get("/session").origin(UNTRUSTED).await;
    answer.ok();
    assert_eq!(answer.header("access-control-allow-origin"), "", "{answer}");
    assert_eq!(answer.header("access-control-allow-credentials"), "", "{answer}");
}

async fn answers_differ_by_origin(stage: Stage) {
    let service = stage.start().await;
    varies_by_origin(&service.client().get("/jwks").await);
    varies_by_origin(&service.client().get("/jwks").origin(UNTRUSTED).await);
}

async fn options_without_preflight_tells_the_methods(stage: Stage) {
    let service = stage.start().await;
    let answer = service.client().call(Method::OPTIONS, &format!("{API}/profile")).await;
    assert!([200, 204].contains(&answer.status), "{answer}");
    let allow = list(&answer, "allow");
    for method in ["get", "head", "post", "options"] {
        assert!(allow.contains(&method.to_owned()), "{method}: {allow:?}");
    }
}

async fn several_origins(stage: Stage) {
    let service = stage.with("trusted_origins", "https://app.example,https://shop.example").start().await;
    for origin in ["https://app.example", "https://shop.example"] {
        let answer = service.client().get("/jwks").origin(origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), origin);
    }
}

async fn a_page_may_send_what_passes_a_trace_on_and_what_the_operator_adds(stage: Stage) {
    let service = stage.with("cors_headers", "X-Tenant").start().await;
    let allowed = list(&preflight(&service, "/login", "POST", TRUSTED).await, "access-control-allow-headers");
    for field in
        ["authorization", "content-type", "traceparent", "tracestate", "baggage", "sentry-trace", "x-tenant"]
    {
        assert!(allowed.iter().any(|it| it == field), "{field}: {allowed:?}");
    }
    assert!(!allowed.iter().any(|it| it == "*" || it == "x-other"), "{allowed:?}");
}

/// A preflight that fails is no answer at all for a page: it would not see the 404 of its request.
async fn a_page_is_told_that_a_path_leads_nowhere(stage: Stage) {
    let service = stage.start().await;
    let answer = preflight(&service, "/nowhere", "POST", TRUSTED).await;
    assert_eq!(answer.status, 204, "{answer}");
    assert!(list(&answer, "access-control-allow-methods").contains(&"post".to_owned()), "{answer}");
    let answer = service.client().post("/nowhere", json!({})).origin(TRUSTED).await;
    answer.refused("NOT_FOUND");
    assert_eq!(answer.header("access-control-allow-origin"), TRUSTED);
    preflight(&service, "/nowhere", "POST", UNTRUSTED).await.refused("NOT_FOUND");
}

async fn what_is_public_anybodys_page_may_read(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    let paths = [
        format!("{API}/jwks"),
        "/.well-known/jwks.json".into(),
        "/api/auth/jwks".into(),
        "/openapi.json".into(),
    ];
    for path in paths {
        for origin in [UNTRUSTED, "null"] {
            let answer = client.call(Method::GET, &path).origin(origin).await;
            assert_eq!(answer.status, 200, "{answer}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer}");
            assert_eq!(answer.header("access-control-allow-credentials"), "", "{answer}");
        }
        let answer = client.call(Method::GET, &path).origin(TRUSTED).await;
        assert_eq!(answer.header("access-control-allow-origin"), TRUSTED, "{answer}");
    }
}

async fn an_app_is_an_origin_of_its_own(stage: Stage) {
    let apps =
        ["capacitor://localhost", "tauri://localhost", "chrome-extension://mfnjihkfpmdmhcgolcjgcbhkmbcnhdoa"];
    let service = stage.with("trusted_origins", &apps.join(",")).start().await;
    for app in apps {
        let answer = preflight(&service, "/login", "POST", app).await;
        assert_eq!(answer.header("access-control-allow-origin"), app, "{answer}");
    }
    for other in
        ["capacitor://localhost:1", "ionic://localhost", "http://localhost", "capacitor://localhost.evil"]
    {
        let answer = preflight(&service, "/login", "POST", other).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{answer}");
    }
}

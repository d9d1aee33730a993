//! `require_https`, and who is believed about the scheme.

use crate::{
    client::API,
    scenarios,
    service::{PASSWORD, Service, Stage},
};
use http::Method;
use serde_json::json;

scenarios![
    plain_reading_is_sent_to_https,
    plain_writing_is_refused,
    https_through_a_trusted_proxy_is_served,
    nobody_else_is_believed,
    the_redirect_follows_no_host_header,
    without_it_plain_http_is_served,
    services_of_the_operators_network_need_no_tls needs Management,
    a_proxy_of_that_network_speaks_for_the_public needs Management,
];

const PUBLIC: &str = "https://auth.example";

async fn behind_a_proxy(stage: Stage) -> Service {
    let stage = stage.with("public_url", PUBLIC).with("require_https", "true");
    stage.with("trusted_proxies", "127.0.0.1/32").start().await
}

async fn plain_reading_is_sent_to_https(stage: Stage) {
    let service = behind_a_proxy(stage).await;
    let client = service.client();
    for method in [Method::GET, Method::HEAD] {
        for scheme in [Some("http"), None] {
            let mut call = client.call(method.clone(), &format!("{API}/jwks?x=%20y"));
            if let Some(scheme) = scheme {
                call = call.header("x-forwarded-proto", scheme);
            }
            let answer = call.await;
            assert_eq!(answer.status, 301, "{answer}");
            assert_eq!(answer.header("location"), format!("{PUBLIC}{API}/jwks?x=%20y"));
        }
    }
}

async fn plain_writing_is_refused(stage: Stage) {
    let service = behind_a_proxy(stage).await;
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    let client = service.client();
    client
        .post("/register", body.clone())
        .header("x-forwarded-proto", "http")
        .await
        .refused("HTTPS_REQUIRED");
    client.post("/register", body).await.refused("HTTPS_REQUIRED");
    client.delete("/account").await.refused("HTTPS_REQUIRED");
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
}

async fn https_through_a_trusted_proxy_is_served(stage: Stage) {
    let service = behind_a_proxy(stage).await;
    let client = service.client();
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    client.post("/register", body.clone()).header("x-forwarded-proto", "https").await.is(201);
    client
        .post("/login", body)
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-for", "203.0.113.7")
        .await
        .ok();
    let list = client.get("/sessions").header("x-forwarded-proto", "https").await.ok();
    assert_eq!(list[0]["ipAddress"], "203.0.113.7");
}

async fn nobody_else_is_believed(stage: Stage) {
    let stage = stage.with("public_url", PUBLIC).with("require_https", "true");
    let service = stage.with("trusted_proxies", "192.0.2.1/32").start().await;
    let answer = service.client().call(Method::GET, &format!("{API}/jwks")).await;
    assert_eq!(answer.status, 301, "{answer}");
    // The global checks know that this answer must carry no HSTS: send the lie under another spelling.
    let answer = service.client().get("/jwks").header("x-forwarded-proto", "HTTPS").await;
    assert_eq!(answer.status, 301, "{answer}");
    let answer = service.client().get("/jwks").header("forwarded", "proto=https").await;
    assert_eq!(answer.status, 301, "{answer}");
}

async fn the_redirect_follows_no_host_header(stage: Stage) {
    let service = behind_a_proxy(stage).await;
    let answer = service.client().get("/jwks").header("host", "evil.example").await;
    assert_eq!(answer.header("location"), format!("{PUBLIC}{API}/jwks"));
    let answer = service.client().call(Method::GET, "//evil.example/x").await;
    assert!(answer.header("location").starts_with("https://auth.example/"), "{}", answer.header("location"));
}

async fn without_it_plain_http_is_served(stage: Stage) {
    let service = stage.with("public_url", PUBLIC).start().await;
    service.someone().await.client.get("/session").await.ok();
}

async fn services_of_the_operators_network_need_no_tls(stage: Stage) {
    let mut service = behind_a_proxy(stage).await;
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    let ana = service.client();
    ana.post("/register", body.clone()).header("x-forwarded-proto", "https").await.is(201);
    let signed_in = ana.post("/login", body.clone()).header("x-forwarded-proto", "https").await.ok();
    let access = crate::shape::text(&signed_in["accessToken"]);
    service.restart_with("trusted_proxies", "192.0.2.1").await;
    service.client().post("/validate", json!({ "token": access })).await.refused("HTTPS_REQUIRED");
    service.restart_with("internal_networks", "127.0.0.0/8").await;

    let client = service.client();
    assert_eq!(client.post("/validate", json!({ "token": access })).await.ok()["valid"], true);
    for path in ["/api/v1/auth/jwks", "/.well-known/jwks.json", "/openapi.json"] {
        client.call(Method::GET, path).await.ok();
    }
    let done = client.post("/maintenance", json!({})).bearer(crate::runner::MAINTENANCE).await;
    assert_eq!(done.ok()["success"], true);
    client.get("/session").bearer(&access).await.ok();
    // No cookie is read, nor set; and no sign-in comes in the clear.
    client.post("/login", body.clone()).await.refused("HTTPS_REQUIRED");
    assert_eq!(ana.get("/session").await.status, 301);
    let sessions = ana.get("/sessions").bearer(&access).await;
    assert!(sessions.cookies().is_empty(), "{sessions}");
    sessions.ok();
    client.delete("/sessions").bearer(&access).await.ok();
    // No password, and no refresh token, whatever stands beside it.
    let refresh = json!({ "refreshToken": signed_in["refreshToken"] });
    let change = json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD });
    for bearer in [access.as_str(), "x"] {
        for (path, body) in [
            ("/login", &body),
            ("/register", &body),
            ("/refresh", &refresh),
            ("/logout", &refresh),
            ("/change-password", &change),
            ("/session-to-token", &json!({})),
        ] {
            client.post(path, body.clone()).bearer(bearer).await.refused("HTTPS_REQUIRED");
        }
        client
            .delete("/account")
            .json(&json!({ "password": PASSWORD }))
            .bearer(bearer)
            .await
            .refused("HTTPS_REQUIRED");
    }
    // Whoever was forwarded came from elsewhere.
    for (name, value) in
        [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "http"), ("forwarded", "for=203.0.113.7")]
    {
        let call = client.post("/validate", json!({ "token": access })).header(name, value);
        call.await.refused("HTTPS_REQUIRED");
    }
}

async fn a_proxy_of_that_network_speaks_for_the_public(stage: Stage) {
    let stage =
        stage.with("public_url", PUBLIC).with("require_https", "true").with("trusted_proxies", "127.0.0.1");
    let service = stage.with("internal_networks", "127.0.0.0/8").start().await;
    service.client().post("/validate", json!({ "token": "x" })).await.refused("HTTPS_REQUIRED");
}

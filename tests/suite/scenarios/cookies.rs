//! The session cookie's name and attributes (RFC 6265bis), by how the service is reached.

use crate::{
    client::Client,
    scenarios,
    service::{PASSWORD, Service, Stage},
};
use serde_json::json;

scenarios![on_plain_http, on_https, in_a_shared_domain, is_opaque, is_new_each_time];

async fn sign_in(service: &Service, remember: bool) -> (Client, crate::client::Answer) {
    let client = service.client();
    let body = json!({ "email": "ana@example.org", "password": PASSWORD, "rememberMe": remember });
    let answer = client.post("/login", body).await;
    answer.ok();
    (client, answer)
}

async fn check(service: &Service, name: &str, attributes: &[&str]) {
    service.register("ana@example.org").await;
    for (remember, max_age) in [(false, "max-age=604800"), (true, "max-age=2592000")] {
        let (client, answer) = sign_in(service, remember).await;
        let cookie = answer.session_cookie();
        assert_eq!(cookie.name, name);
        let mut expected: Vec<&str> = [attributes, &["httponly", "path=/", "samesite=lax", max_age]].concat();
        expected.sort_unstable();
        assert_eq!(cookie.attributes, expected);
        client.get("/session").await.ok();
        let cleared = client.post("/logout", json!({})).await.session_cookie();
        assert_eq!(cleared.name, name);
        assert_eq!(cleared.max_age(), Some(0));
        for attribute in attributes.iter().chain(&["path=/"]) {
            assert!(cleared.attributes.iter().any(|a| a == attribute), "{attribute} to clear {name}");
        }
    }
}

async fn on_plain_http(stage: Stage) {
    check(&stage.start().await, "mana_session", &[]).await;
}

async fn on_https(stage: Stage) {
    let service = stage.with("public_url", "https://auth.example").start().await;
    check(&service, "__Host-mana_session", &["secure"]).await;
}

async fn in_a_shared_domain(stage: Stage) {
    let stage = stage.with("public_url", "https://auth.shop.example").with("cookie_domain", "shop.example");
    let service = stage.start().await;
    check(&service, "__Secure-mana_session", &["domain=shop.example", "secure"]).await;
}

async fn is_opaque(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let value = ana.client.session_cookie().1;
    crate::shape::opaque(&value);
    assert!(!value.contains(&ana.sid()));
}

async fn is_new_each_time(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        assert!(seen.insert(sign_in(&service, false).await.0.session_cookie().1));
    }
}

//! Who a request comes from: access token before cookie, and a cookie only from pages that are trusted.

use crate::{
    scenarios,
    service::{PUBLIC_URL, Person, Stage, TRUSTED, UNTRUSTED},
};
use serde_json::json;

scenarios![
    a_bearer_counts_before_a_cookie,
    a_bad_bearer_is_refused_despite_a_good_cookie,
    a_cookie_counts_beside_other_schemes,
    the_scheme_has_no_case,
    two_authorizations_are_none,
    cookies_of_two_people_are_none,
    other_cookies_do_not_matter,
    another_name_of_the_cookie_is_none,
    a_cookie_needs_a_trusted_page_to_change_something,
    a_same_origin_page_is_trusted,
    reading_needs_no_origin,
    a_bearer_needs_no_origin,
];

async fn two_people(service: &crate::service::Service) -> (Person, Person) {
    service.register("bob@example.org").await;
    (service.someone().await, service.sign_in("bob@example.org").await)
}

async fn a_bearer_counts_before_a_cookie(stage: Stage) {
    let service = stage.start().await;
    let (ana, bob) = two_people(&service).await;
    let body = ana.client.get("/session").bearer(&bob.access).await.ok();
    assert_eq!(body["user"]["id"], bob.user["id"]);
    ana.client.post("/profile", json!({ "name": "Changed" })).bearer(&bob.access).await.ok();
    assert_eq!(bob.client.get("/profile").await.ok()["name"], "Changed");
    assert_eq!(ana.client.get("/profile").await.ok()["name"], ana.user["name"]);
}

async fn a_bad_bearer_is_refused_despite_a_good_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for token in ["x", "a.b.c", &crate::jwt::tampered(&ana.access, 2)] {
        ana.client.get("/session").bearer(token).await.refused("UNAUTHENTICATED");
    }
}

async fn a_cookie_counts_beside_other_schemes(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for value in ["", "Basic YW5hOng=", &ana.access, &format!("Token {}", ana.access)] {
        ana.client.get("/session").header("authorization", value).await.ok();
        service.client().get("/session").header("authorization", value).await.refused("UNAUTHENTICATED");
    }
    // Ours, and of no use.
    for value in ["Bearer", "Bearer ", "bearer  "] {
        ana.client.get("/session").header("authorization", value).await.refused("UNAUTHENTICATED");
    }
    // A token beside another scheme's credential is one token.
    let with_both = service.client();
    let with_both = with_both.get("/session").header("authorization", "Basic YW5hOng=").bearer(&ana.access);
    with_both.await.ok();
}

async fn the_scheme_has_no_case(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let value = format!("bearer {}", ana.access);
    service.client().get("/session").header("authorization", &value).await.ok();
}

async fn two_authorizations_are_none(stage: Stage) {
    let service = stage.start().await;
    let (ana, bob) = two_people(&service).await;
    let answer = service.client().get("/session").bearer(&ana.access).bearer(&bob.access).await;
    assert!([400, 401].contains(&answer.status), "{answer}");
}

async fn cookies_of_two_people_are_none(stage: Stage) {
    let service = stage.start().await;
    let (ana, bob) = two_people(&service).await;
    let (name, of_ana) = ana.client.session_cookie();
    let (_, of_bob) = bob.client.session_cookie();
    let client = service.client();
    for both in [format!("{name}={of_ana}; {name}={of_bob}"), format!("{name}={of_bob}; {name}={of_ana}")] {
        client.get("/session").header("cookie", &both).await.refused("UNAUTHENTICATED");
    }
    let (one, two) = (format!("{name}={of_ana}"), format!("{name}={of_bob}"));
    client.get("/session").header("cookie", &one).header("cookie", &two).await.refused("UNAUTHENTICATED");
}

async fn other_cookies_do_not_matter(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (name, value) = ana.client.session_cookie();
    let client = service.client();
    let many = format!("a=b; theme=\"dark\"; ; x; {name}={value}; not_{name}=7; z=");
    client.get("/session").header("cookie", &many).await.ok();
    client.get("/session").header("cookie", "a=b").header("cookie", &format!("{name}={value}")).await.ok();
    // Another app on the same host may set what it likes.
    client.get("/session").header("cookie", &format!("theme=dunkelgrün; {name}={value}")).await.ok();
}

async fn another_name_of_the_cookie_is_none(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (name, value) = ana.client.session_cookie();
    assert_eq!(name, "mana_session");
    for other in ["__Host-mana_session", "__Secure-mana_session", "MANA_SESSION", "mana_session "] {
        let cookie = format!("{other}={value}");
        let answer = service.client().get("/session").header("cookie", &cookie).await;
        // RFC 6265bis §5.6 lets a server drop the blank after a name, but not change the name.
        if !other.ends_with(' ') {
            answer.refused("UNAUTHENTICATED");
        }
    }
}

async fn a_cookie_needs_a_trusted_page_to_change_something(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let change = || ana.client.post("/profile", json!({ "name": "Mallory" })).without_origin();
    change().await.refused("FORBIDDEN");
    for origin in [
        UNTRUSTED,
        "null",
        "",
        "https://app.example.evil.example",
        "https://app.example:8443",
        "http://app.example",
        "https://evil.example/https://app.example",
        "http://localhost:3001.evil.example",
        "http://localhost:30010",
        "https://app.example https://evil.example",
    ] {
        change().header("origin", origin).await.refused("FORBIDDEN");
    }
    for site in ["same-site", "cross-site", "none", "same-origin-allow-popups", ""] {
        change().header("sec-fetch-site", site).await.refused("FORBIDDEN");
    }
    change().header("origin", TRUSTED).header("origin", UNTRUSTED).await.refused("FORBIDDEN");
    change().header("referer", &format!("{PUBLIC_URL}/account")).await.refused("FORBIDDEN");
    assert_eq!(ana.client.get("/profile").await.ok()["name"], ana.user["name"]);
    for origin in [TRUSTED, PUBLIC_URL] {
        change().header("origin", origin).await.ok();
    }
}

async fn a_same_origin_page_is_trusted(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let change = ana.client.post("/profile", json!({ "name": "Ana" })).without_origin();
    change.header("sec-fetch-site", "same-origin").await.ok();
}

async fn reading_needs_no_origin(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.get("/session").await.ok();
    ana.client.get("/session").origin(UNTRUSTED).await.ok();
}

async fn a_bearer_needs_no_origin(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    client.post("/profile", json!({ "name": "One" })).bearer(&ana.access).await.ok();
    client.post("/profile", json!({ "name": "Two" })).bearer(&ana.access).origin(UNTRUSTED).await.ok();
}

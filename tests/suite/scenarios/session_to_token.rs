//! `POST /session-to-token`: a page exchanges its cookie session for tokens of its own.

use crate::{
    client::API,
    jwt::Jwt,
    scenarios,
    service::{Person, Stage, TRUSTED, UNTRUSTED},
    shape,
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

scenarios![
    gives_a_child_session,
    only_trusted_pages_may,
    only_configured_pages_may,
    a_bearer_is_no_cookie_session,
    nobody_is_signed_in,
    the_child_ends_with_its_parent,
    the_parent_outlives_its_child,
    one_for_each_origin,
    a_page_that_was_just_loaded_refreshes_by_its_cookie,
    loading_a_page_every_day_keeps_it_signed_in needs Clock,
];

async fn exchange(person: &Person, origin: &str) -> Value {
    let answer = person.client.post("/session-to-token", json!({})).origin(origin).await;
    // None of the child's.
    let own = person.client.session_cookie().1;
    assert!(answer.cookies().iter().all(|cookie| cookie.value == own), "{answer}");
    let body = answer.ok();
    shape::signed_in(&body);
    body
}

fn access(body: &Value) -> String {
    shape::text(&body["accessToken"])
}

async fn gives_a_child_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let child = exchange(&ana, TRUSTED).await;
    assert_eq!(child["user"], ana.user);
    let sid = shape::uuid(&Jwt::parse(&access(&child)).claims["sid"]);
    assert_ne!(sid, ana.sid());
    service.client().get("/session").bearer(&access(&child)).await.ok();
    let next = service.client().post("/refresh", json!({ "refreshToken": child["refreshToken"] })).await.ok();
    assert_eq!(Jwt::parse(&access(&next)).claims["sid"], sid.as_str());
    assert!(ana.is_signed_in().await);
}

async fn only_trusted_pages_may(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let call = || ana.client.post("/session-to-token", json!({}));
    for origin in [UNTRUSTED, "null", "https://app.example.evil.example"] {
        call().origin(origin).await.refused("FORBIDDEN");
    }
    call().without_origin().await.refused("FORBIDDEN");
    call().without_origin().header("sec-fetch-site", "same-site").await.refused("FORBIDDEN");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
}

async fn only_configured_pages_may(stage: Stage) {
    let service = stage
        .with("trusted_origins", "https://app.example,https://shop.example")
        .with("token_exchange_origins", "https://shop.example")
        .start()
        .await;
    let ana = service.someone().await;
    let answer = ana.client.post("/session-to-token", json!({})).origin("https://app.example").await;
    answer.refused("FORBIDDEN");
    exchange(&ana, "https://shop.example").await;
}

async fn a_bearer_is_no_cookie_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let answer =
        service.client().post("/session-to-token", json!({})).bearer(&ana.access).origin(TRUSTED).await;
    assert!([401, 403].contains(&answer.status), "{answer}");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
}

async fn nobody_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    let answer = service.client().post("/session-to-token", json!({})).origin(TRUSTED).await;
    answer.refused("UNAUTHENTICATED");
}

async fn the_child_ends_with_its_parent(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let child = exchange(&ana, TRUSTED).await;
    ana.client.post("/logout", json!({})).await.ok();
    service.client().get("/session").bearer(&access(&child)).await.refused("UNAUTHENTICATED");
    let refresh = service.client().post("/refresh", json!({ "refreshToken": child["refreshToken"] })).await;
    refresh.refused("INVALID_REFRESH_TOKEN");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn the_parent_outlives_its_child(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let child = exchange(&ana, TRUSTED).await;
    service.client().post("/logout", json!({})).bearer(&access(&child)).await.ok();
    service.client().get("/session").bearer(&access(&child)).await.refused("UNAUTHENTICATED");
    assert!(ana.is_signed_in().await);
}

async fn one_for_each_origin(stage: Stage) {
    let service = stage.with("trusted_origins", "https://app.example,https://shop.example").start().await;
    let ana = service.someone().await;
    let app = exchange(&ana, "https://app.example").await;
    let shop = exchange(&ana, "https://shop.example").await;
    assert_eq!(service.number("SELECT count(*) FROM sessions WHERE parent_id IS NOT NULL"), 2);
    let again = exchange(&ana, "https://app.example").await;
    assert_eq!(service.number("SELECT count(*) FROM sessions WHERE parent_id IS NOT NULL"), 2);
    for (tokens, status) in [(&again, 200), (&shop, 200), (&app, 401)] {
        let refresh =
            service.client().post("/refresh", json!({ "refreshToken": tokens["refreshToken"] })).await;
        assert_eq!(refresh.status, status, "{refresh}");
    }
    assert!(ana.is_signed_in().await);
}

/// Web apps ask `/refresh` on every load, without a body.
async fn a_page_that_was_just_loaded_refreshes_by_its_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let load = || ana.client.call(Method::POST, &format!("{API}/refresh"));
    let first = load().origin(TRUSTED).await.ok();
    shape::signed_in(&first);
    let sid = Jwt::parse(&access(&first)).claims["sid"].clone();
    assert_ne!(sid, ana.sid());
    // One child for each origin, however often it is loaded; the parent's own chain goes on.
    let second = load().origin(TRUSTED).await.ok();
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 2);
    service.client().get("/session").bearer(&access(&second)).await.ok();
    service.client().get("/session").bearer(&access(&first)).await.refused("UNAUTHENTICATED");
    service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    for origin in [UNTRUSTED, "null"] {
        load().origin(origin).await.refused("FORBIDDEN");
    }
    load().without_origin().await.refused("FORBIDDEN");
    // Nobody's cookie is nobody, and so is none.
    service
        .client()
        .call(Method::POST, &format!("{API}/refresh"))
        .origin(TRUSTED)
        .await
        .refused("UNAUTHENTICATED");
    let stranger = service
        .client()
        .call(Method::POST, &format!("{API}/refresh"))
        .origin(TRUSTED)
        .header("cookie", "other=1")
        .await;
    stranger.refused("UNAUTHENTICATED");
}

/// The page's own tokens move the session's end between two loads, and its cookie's must not stay behind.
async fn loading_a_page_every_day_keeps_it_signed_in(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..10 {
        service.advance(23 * HOUR);
        let loaded = ana.client.call(Method::POST, &format!("{API}/refresh")).origin(TRUSTED).await;
        assert_eq!(loaded.session_cookie().value, ana.client.session_cookie().1, "the same session");
        let left = loaded.session_cookie().max_age();
        assert!(left.is_some_and(|left| left > 5 * 86_400), "{left:?}");
        service.advance(2 * HOUR);
        let tokens = loaded.ok();
        service.client().post("/refresh", json!({ "refreshToken": tokens["refreshToken"] })).await.ok();
    }
    ana.client.get("/session").await.ok();
}

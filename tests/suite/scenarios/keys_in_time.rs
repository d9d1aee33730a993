//! How signing keys come and go.

use crate::{
    jwt::Jwt,
    scenarios,
    service::{NEXT_SECRET, SECRET, Service, Stage},
    shape,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

scenarios![
    the_next_key_is_published_before_it_signs needs Clock,
    the_old_key_is_accepted_until_its_last_token_has_expired needs Clock,
    rotation_needs_no_restart needs Clock,
    a_revoked_key_is_refused_at_once,
    keys_are_sealed_anew_under_a_new_secret,
    a_secret_in_use_cannot_be_left_out needs Start,
];

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

async fn kids(service: &Service) -> BTreeSet<String> {
    let jwks = service.jwks().await;
    jwks["keys"].as_array().expect("keys").iter().map(|key| shape::text(&key["kid"])).collect()
}

/// The `kid` that new tokens are signed with, and such a token.
async fn signing(service: &Service, refresh: &mut String) -> (String, String) {
    let body: Value = service.client().post("/refresh", json!({ "refreshToken": refresh })).await.ok();
    *refresh = shape::text(&body["refreshToken"]);
    let token = shape::text(&body["accessToken"]);
    (shape::text(&Jwt::parse(&token).header["kid"]), token)
}

async fn the_next_key_is_published_before_it_signs(stage: Stage) {
    let service = stage.start().await;
    let mut refresh = service.someone().await.refresh;
    let (first, _) = signing(&service, &mut refresh).await;
    for _ in 0..6 {
        service.advance(5 * DAY - 60 * MINUTE);
        service.tick().await;
        signing(&service, &mut refresh).await;
    }
    let mut seen_since = None;
    for _ in 0..400 {
        service.advance(2 * MINUTE);
        service.tick().await;
        if kids(&service).await.len() > 1 {
            seen_since.get_or_insert(service.now());
        }
        let (kid, token) = signing(&service, &mut refresh).await;
        assert!(Jwt::parse(&token).is_signed_by(&service.jwks().await));
        if kid != first {
            let ahead = service.now() - seen_since.expect("a key is published before it signs");
            assert!(ahead >= 600_000, "known only {ahead} ms ahead, less than two lifetimes of a cached set");
            return;
        }
    }
    panic!("no other key ever signed");
}

async fn the_old_key_is_accepted_until_its_last_token_has_expired(stage: Stage) {
    let service = stage.start().await;
    let mut refresh = service.someone().await.refresh;
    let (old, last) = until_another_signs(&service, &mut refresh).await;
    // The last token may be eight minutes old by now, and has seven left.
    service.advance(6 * MINUTE);
    service.tick().await;
    assert!(kids(&service).await.contains(&old));
    service.client().get("/session").bearer(&last).await.ok();
    for _ in 0..2 {
        service.advance(DAY);
        service.tick().await;
    }
    assert!(!kids(&service).await.contains(&old), "an old key is published no longer than it is needed");
}

/// Lets time pass until another key signs; the old key's id and the last token that it signed.
async fn until_another_signs(service: &Service, refresh: &mut String) -> (String, String) {
    let (first, mut last) = signing(service, refresh).await;
    for _ in 0..6 {
        service.advance(5 * DAY - 60 * MINUTE);
        service.tick().await;
        let (kid, token) = signing(service, refresh).await;
        assert_eq!(kid, first, "no key signs for less than thirty days");
        last = token;
    }
    for _ in 0..200 {
        service.advance(8 * MINUTE);
        service.tick().await;
        let (kid, token) = signing(service, refresh).await;
        if kid != first {
            return (first, last);
        }
        last = token;
    }
    panic!("no other key ever signed");
}

async fn rotation_needs_no_restart(stage: Stage) {
    let service = stage.with("key_rotation_days", "1").start().await;
    let mut refresh = service.someone().await.refresh;
    let mut seen = BTreeSet::new();
    for _ in 0..24 {
        service.advance(6 * 60 * MINUTE);
        service.tick().await;
        let (kid, token) = signing(&service, &mut refresh).await;
        assert!(Jwt::parse(&token).is_signed_by(&service.jwks().await));
        service.client().get("/session").bearer(&token).await.ok();
        seen.insert(kid);
        assert!(kids(&service).await.len() <= 3);
    }
    assert!(seen.len() >= 4, "{} keys signed in six days", seen.len());
}

async fn a_revoked_key_is_refused_at_once(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let old = shape::text(&Jwt::parse(&ana.access).header["kid"]);
    service.sql(&format!("UPDATE jwks SET revoked_at = 1 WHERE id = '{old}'"));
    service.client().get("/session").bearer(&ana.access).await.refused("UNAUTHENTICATED");
    assert!(!kids(&service).await.contains(&old));
    let validated = service.client().post("/validate", json!({ "token": ana.access })).await.ok();
    assert_eq!(validated["valid"], false);
    let mut refresh = ana.refresh;
    service.tick().await;
    let (kid, token) = signing(&service, &mut refresh).await;
    assert_ne!(kid, old);
    assert!(Jwt::parse(&token).is_signed_by(&service.jwks().await));
}

async fn keys_are_sealed_anew_under_a_new_secret(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let before = kids(&service).await;
    let next = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    service.restart_with("secrets", &format!("{NEXT_SECRET},{SECRET}")).await;
    assert_eq!(kids(&service).await, before);
    assert!(ana.is_signed_in().await);
    // The successor was derived under the old secret, and is still the same.
    let again = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    assert_eq!(again["refreshToken"], next["refreshToken"]);
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM jwks WHERE secret_version <> 2"), 0);
    service.restart_with("secrets", NEXT_SECRET).await;
    assert_eq!(kids(&service).await, before);
    assert!(ana.is_signed_in().await);
    service.client().post("/refresh", json!({ "refreshToken": next["refreshToken"] })).await.ok();
}

async fn a_secret_in_use_cannot_be_left_out(stage: Stage) {
    let mut service = stage.start().await;
    service.someone().await;
    let problem = service.restart_fails_with("secrets", NEXT_SECRET).await;
    assert!(problem.contains("secret"), "{problem}");
}

//! Lifetimes, by a clock that tests move.

use crate::{
    jwt::Jwt,
    scenarios,
    service::{PASSWORD, Person, Service, Stage},
    shape,
};
use serde_json::json;
use std::time::Duration;

scenarios![
    an_access_token_lives_fifteen_minutes needs Clock,
    an_expired_token_still_signs_out needs Clock,
    a_session_lives_seven_days needs Clock,
    a_remembered_session_lives_thirty_days needs Clock,
    use_slides_it_forward needs Clock,
    it_slides_once_a_day_at_most needs Clock,
    what_was_cut_short_meanwhile_does_not_slide needs Clock Management Sqlite,
    sliding_renews_the_cookie needs Clock,
    refreshing_slides_it_forward needs Clock,
    an_access_token_slides_it_forward_that_was_used_before needs Clock,
    the_absolute_limit_holds needs Clock,
    the_absolute_limit_is_configurable needs Clock,
    a_refresh_token_lives_as_long_as_its_session needs Clock,
    what_is_over_is_cleaned_up needs Clock,
    activity_is_shown needs Clock,
    activity_within_a_minute_is_none needs Clock,
    a_child_lives_no_longer_than_its_parent needs Clock,
    a_life_that_was_cut_short_ends_its_tokens needs Clock,
    a_life_that_was_ended_by_hand_needs_another_sign_in needs Clock,
];

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

async fn remembered(service: &Service) -> Person {
    service.register("ana@example.org").await;
    service
        .sign_in_with(json!({ "email": "ana@example.org", "password": PASSWORD, "rememberMe": true }))
        .await
}

/// When the session ends, as it says itself.
async fn end(person: &Person) -> u64 {
    shape::time(&person.client.get("/session").await.ok()["session"]["expiresAt"])
}

async fn an_access_token_lives_fifteen_minutes(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(899 * SECOND);
    service.client().get("/session").bearer(&ana.access).await.ok();
    service.advance(2 * SECOND);
    let refused = service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    assert_eq!(refused["message"], "Authentication is required: token expired");
    let validated = service.client().post("/validate", json!({ "token": ana.access })).await.ok();
    assert_eq!(validated, json!({ "valid": false, "error": "TOKEN_EXPIRED" }));
    ana.client.get("/session").await.ok();
    let next = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    service.client().get("/session").bearer(&shape::text(&next["accessToken"])).await.ok();
}

async fn an_expired_token_still_signs_out(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(HOUR);
    service.client().post("/logout", json!({})).bearer(&ana.access).await.ok();
    assert!(ana.is_signed_out().await);
}

async fn a_session_lives_seven_days(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(7 * DAY + SECOND);
    assert!(ana.is_signed_out().await);
}

async fn a_remembered_session_lives_thirty_days(stage: Stage) {
    let service = stage.start().await;
    let ana = remembered(&service).await;
    service.advance(30 * DAY - HOUR);
    ana.client.get("/session").await.ok();
    let other = service
        .sign_in_with(json!({ "email": "ana@example.org", "password": PASSWORD, "rememberMe": true }))
        .await;
    service.advance(30 * DAY + SECOND);
    assert!(other.is_signed_out().await);
}

async fn use_slides_it_forward(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..4 {
        service.advance(6 * DAY);
        ana.client.get("/session").await.ok();
    }
    service.advance(7 * DAY + SECOND);
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn it_slides_once_a_day_at_most(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let start = end(&ana).await;
    service.advance(23 * HOUR);
    assert_eq!(end(&ana).await, start);
    service.advance(2 * HOUR);
    ana.client.get("/session").await.ok();
    let slid = end(&ana).await;
    assert_eq!(slid, service.now() + 7 * 86_400_000);
    service.advance(12 * HOUR);
    assert_eq!(end(&ana).await, slid);
}

/// Between the read that says it is time to and the write stands the commit that ends the session.
async fn what_was_cut_short_meanwhile_does_not_slide(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(25 * HOUR);
    let by_hand = service.database();
    by_hand.execute_batch("BEGIN IMMEDIATE; UPDATE sessions SET expires_at = 1").expect("a lock");
    let read = service.metrics().await.statements("query");
    let using = ana.client.get("/session").into_future();
    let meanwhile = async {
        let by_hand = by_hand;
        while service.metrics().await.statements("query") == read {}
        by_hand.execute_batch("COMMIT").expect("the end");
    };
    futures::join!(using, meanwhile);
    // Housekeeping, whose time has come too, may have removed it by now.
    assert_eq!(service.number("SELECT count(*) FROM sessions WHERE expires_at > 1"), 0);
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn sliding_renews_the_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let value = ana.client.session_cookie().1;
    assert!(ana.client.get("/session").await.cookies().is_empty());
    service.advance(25 * HOUR);
    let cookie = ana.client.get("/session").await.session_cookie();
    assert_eq!(cookie.value, value, "the same session");
    assert_eq!(cookie.max_age(), Some(604_800));
}

async fn refreshing_slides_it_forward(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let mut token = ana.refresh.clone();
    for _ in 0..4 {
        service.advance(6 * DAY);
        let next = service.client().post("/refresh", json!({ "refreshToken": token })).await.ok();
        token = shape::text(&next["refreshToken"]);
    }
    service.advance(7 * DAY + SECOND);
    service
        .client()
        .post("/refresh", json!({ "refreshToken": token }))
        .await
        .refused("INVALID_REFRESH_TOKEN");
}

async fn an_access_token_slides_it_forward_that_was_used_before(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(DAY - 300 * SECOND);
    let next = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    let token = shape::text(&next["accessToken"]);
    let end = async || {
        let shown = service.client().get("/session").bearer(&token).await.ok();
        shape::time(&shown["session"]["expiresAt"])
    };
    let before = end().await;
    assert_eq!(end().await, before);
    service.advance(600 * SECOND);
    assert!(end().await > before, "a day is over");
}

async fn the_absolute_limit_holds(stage: Stage) {
    let service = stage.start().await;
    let ana = remembered(&service).await;
    let limit = service.now() + 90 * 86_400_000;
    for _ in 0..17 {
        service.advance(5 * DAY);
        assert!(end(&ana).await <= limit);
    }
    service.advance(4 * DAY + 23 * HOUR);
    ana.client.get("/session").await.ok();
    service.advance(HOUR + SECOND);
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
    service.sign_in("ana@example.org").await;
}

async fn the_absolute_limit_is_configurable(stage: Stage) {
    let service = stage.with("session_absolute_days", "2").start().await;
    let ana = remembered(&service).await;
    assert!(end(&ana).await <= service.now() + 2 * 86_400_000);
    service.advance(2 * DAY + SECOND);
    assert!(ana.is_signed_out().await);
}

async fn a_refresh_token_lives_as_long_as_its_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let kept = remembered_as_bob(&service).await;
    service.advance(7 * DAY + SECOND);
    let refresh = |token: &str| json!({ "refreshToken": token });
    service.client().post("/refresh", refresh(&ana.refresh)).await.refused("INVALID_REFRESH_TOKEN");
    service.client().post("/refresh", refresh(&kept.refresh)).await.ok();
}

async fn remembered_as_bob(service: &Service) -> Person {
    service.register("bob@example.org").await;
    service
        .sign_in_with(json!({ "email": "bob@example.org", "password": PASSWORD, "rememberMe": true }))
        .await
}

async fn what_is_over_is_cleaned_up(stage: Stage) {
    let service = stage.start().await;
    service.someone().await;
    let kept = remembered_as_bob(&service).await;
    service.advance(8 * DAY);
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
    assert_eq!(service.number("SELECT count(*) FROM refresh_tokens"), 1);
    kept.client.get("/session").await.ok();
}

async fn activity_is_shown(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let other = service.sign_in("ana@example.org").await;
    service.advance(HOUR);
    let sid = ana.sid();
    // On Spin, what an instance noted goes with it when it ends before it is asked to write.
    for _ in 0..20 {
        ana.client.get("/session").await.ok();
        service.tick().await;
        let list = other.client.get("/sessions").await.ok();
        let entry =
            list.as_array().and_then(|all| all.iter().find(|entry| entry["id"] == sid.as_str())).cloned();
        if shape::time(&entry.expect("the session")["lastActivityAt"]) + 60_000 >= service.now() {
            return;
        }
    }
    panic!("its use is not shown");
}

async fn activity_within_a_minute_is_none(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(59 * SECOND);
    ana.client.get("/session").await.ok();
    service.tick().await;
    let list = ana.client.get("/sessions").await.ok();
    assert_eq!(list[0]["lastActivityAt"], list[0]["createdAt"]);
    assert_eq!(service.number("SELECT count(*) FROM sessions WHERE last_activity_at > created_at"), 0);
}

/// Those of its child too.
async fn a_life_that_was_cut_short_ends_its_tokens(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let call = ana.client.post("/session-to-token", json!({})).origin(crate::service::TRUSTED).await;
    let child = call.ok();
    let end = service.now() + 6_000;
    service.sql(&format!("UPDATE sessions SET absolute_expires_at = {end} WHERE parent_id IS NULL"));
    let validate =
        async |token: &str| service.client().post("/validate", json!({ "token": token })).await.ok();
    let mut tokens = Vec::new();
    for refresh in [json!(ana.refresh), child["refreshToken"].clone()] {
        let refreshed = service.client().post("/refresh", json!({ "refreshToken": refresh })).await.ok();
        tokens.push(shape::text(&refreshed["accessToken"]));
    }
    for token in &tokens {
        assert!(Jwt::parse(token).claims["exp"].as_u64().expect("a time") * 1000 <= end);
        assert_eq!(validate(token).await["valid"], true);
    }
    service.advance(7 * SECOND);
    for token in &tokens {
        assert_eq!(validate(token).await["valid"], false);
        service.client().get("/session").bearer(token).await.refused("TOKEN_EXPIRED");
    }
}

/// It is not the token alone that is over, as if refreshing would help.
async fn a_life_that_was_ended_by_hand_needs_another_sign_in(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(10 * SECOND);
    service.sql(&format!("UPDATE sessions SET expires_at = {}", service.now() - 1_000));
    let validated = service.client().post("/validate", json!({ "token": ana.access })).await.ok();
    assert_eq!(validated, json!({ "valid": false, "error": "SESSION_REVOKED" }));
}

async fn a_child_lives_no_longer_than_its_parent(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let call = ana.client.post("/session-to-token", json!({})).origin(crate::service::TRUSTED).await;
    let child = call.ok();
    assert_ne!(Jwt::parse(&shape::text(&child["accessToken"])).claims["sid"], ana.sid().as_str());
    service.advance(7 * DAY + SECOND);
    service.tick().await;
    let refresh = service.client().post("/refresh", json!({ "refreshToken": child["refreshToken"] })).await;
    refresh.refused("INVALID_REFRESH_TOKEN");
}

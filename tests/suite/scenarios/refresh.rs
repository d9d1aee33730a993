//! `POST /refresh`: a chain of single-use tokens that never forks (RFC 9700 §4.14).

use crate::{
    client::Client,
    scenarios,
    service::{NEXT_SECRET, SECRET, Stage},
    shape,
};
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    gives_the_shape_of_login,
    sets_no_cookies,
    shown_again_at_once_gives_the_same_successor,
    shown_again_after_its_successor_was_used_ends_the_session,
    a_token_of_any_generation_is_recognised,
    a_copy_is_recognised_after_its_secret_has_gone,
    what_a_newer_secret_answered_is_refused_without_blame,
    no_more_generations_are_kept_than_are_recognised,
    shown_again_after_a_minute_ends_the_session needs Clock,
    shown_again_just_within_a_minute_is_forgiven needs Clock,
    what_is_no_token_is_refused,
    what_is_missing_is_named,
    another_users_session_is_untouched,
    survives_a_restart,
    reuse_is_written_to_the_trail,
];

/// Uses a refresh token; the next one.
async fn next(client: &Client, token: &str) -> (Value, String) {
    let body = client.post("/refresh", json!({ "refreshToken": token })).await.ok();
    shape::signed_in(&body);
    let successor = shape::text(&body["refreshToken"]);
    assert_ne!(successor, token);
    (body, successor)
}

async fn refused(client: &Client, token: &str) {
    client.post("/refresh", json!({ "refreshToken": token })).await.refused("INVALID_REFRESH_TOKEN");
}

async fn gives_the_shape_of_login(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let (body, successor) = next(&client, &ana.refresh).await;
    assert_eq!(body["user"], ana.user);
    let access = shape::text(&body["accessToken"]);
    assert_eq!(client.get("/session").bearer(&access).await.ok()["user"], ana.user);
    assert_eq!(crate::jwt::Jwt::parse(&access).claims["sid"], ana.sid().as_str());
    // The access token from before lives out its time.
    client.get("/session").bearer(&ana.access).await.ok();
    next(&client, &successor).await;
}

async fn sets_no_cookies(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let before = ana.client.session_cookie();
    let answer = ana.client.post("/refresh", json!({ "refreshToken": ana.refresh })).await;
    answer.ok();
    assert!(answer.cookies().is_empty(), "{answer}");
    assert_eq!(ana.client.session_cookie(), before);
    ana.client.get("/session").await.ok();
}

async fn shown_again_at_once_gives_the_same_successor(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let (_, first) = next(&client, &ana.refresh).await;
    for _ in 0..3 {
        let (body, again) = next(&client, &ana.refresh).await;
        assert_eq!(again, first);
        client.get("/session").bearer(&shape::text(&body["accessToken"])).await.ok();
    }
    next(&client, &first).await;
}

async fn shown_again_after_its_successor_was_used_ends_the_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let (_, first) = next(&client, &ana.refresh).await;
    let (body, second) = next(&client, &first).await;
    refused(&client, &ana.refresh).await;
    refused(&client, &second).await;
    refused(&client, &first).await;
    let access = shape::text(&body["accessToken"]);
    client.get("/session").bearer(&access).await.refused("UNAUTHENTICATED");
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
    assert!(ana.is_signed_out().await);
}

async fn a_token_of_any_generation_is_recognised(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let mut newest = ana.refresh.clone();
    for _ in 0..8 {
        newest = next(&client, &newest).await.1;
    }
    service.tick().await;
    refused(&client, &ana.refresh).await;
    refused(&client, &newest).await;
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn a_copy_is_recognised_after_its_secret_has_gone(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let (_, first) = next(&service.client(), &ana.refresh).await;
    service.restart_with("secrets", &format!("{NEXT_SECRET},{SECRET}")).await;
    service.tick().await;
    service.restart_with("secrets", NEXT_SECRET).await;
    refused(&service.client(), &ana.refresh).await;
    refused(&service.client(), &first).await;
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

/// While processes are restarted with a new secret one after the other, the old ones can't repeat what the new ones said.
async fn what_a_newer_secret_answered_is_refused_without_blame(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (_, successor) = next(&service.client(), &ana.refresh).await;
    assert_eq!(service.sql("UPDATE refresh_tokens SET secret_version = 9 WHERE spent_at IS NOT NULL"), 1);
    refused(&service.client(), &ana.refresh).await;
    next(&service.client(), &successor).await;
}

/// Ending a session removes its chain: a client that refreshes without pause must not make that slow for everybody.
async fn no_more_generations_are_kept_than_are_recognised(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql("UPDATE refresh_tokens SET generation = 12000");
    let past = "WITH RECURSIVE g (n) AS (SELECT 1999 UNION ALL SELECT n + 1 FROM g WHERE n < 2001)
        INSERT INTO refresh_tokens (hash, session_id, generation, issued_at, salt, spent_at, secret_version)
        SELECT randomblob(32), session_id, n, 0, salt, 0, 1 FROM refresh_tokens, g";
    assert_eq!(service.sql(past), 3);
    let (_, first) = next(&service.client(), &ana.refresh).await;
    next(&service.client(), &first).await;
    assert_eq!(service.number("SELECT min(generation) FROM refresh_tokens"), 1999);
    assert_eq!(service.number("SELECT count(*) FROM refresh_tokens WHERE generation IN (2000, 2001)"), 0);
}

async fn shown_again_after_a_minute_ends_the_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let (_, first) = next(&client, &ana.refresh).await;
    service.advance(Duration::from_secs(61));
    refused(&client, &ana.refresh).await;
    refused(&client, &first).await;
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn shown_again_just_within_a_minute_is_forgiven(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let (_, first) = next(&client, &ana.refresh).await;
    service.advance(Duration::from_secs(58));
    assert_eq!(next(&client, &ana.refresh).await.1, first);
    next(&client, &first).await;
}

async fn what_is_no_token_is_refused(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let shorter = &ana.refresh[1..];
    let longer = format!("{}A", ana.refresh);
    let padded = format!("{}=", ana.refresh);
    for token in [" ", "x", shorter, &longer, &padded, &ana.access, &ana.client.session_cookie().1] {
        refused(&client, token).await;
    }
    assert!(ana.is_signed_in().await, "a guess ends nobody's session");
    next(&client, &ana.refresh).await;
}

async fn what_is_missing_is_named(stage: Stage) {
    let service = stage.start().await;
    service.client().post("/refresh", json!({})).await.names("refreshToken");
    service.client().post("/refresh", json!({ "refreshToken": 7 })).await.names("refreshToken");
}

async fn another_users_session_is_untouched(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let second = service.sign_in("ana@example.org").await;
    let client = service.client();
    let (_, first) = next(&client, &ana.refresh).await;
    next(&client, &first).await;
    refused(&client, &ana.refresh).await;
    assert!(bob.is_signed_in().await);
    assert!(second.is_signed_in().await, "only the session of the chain ends");
}

async fn survives_a_restart(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let (_, first) = next(&service.client(), &ana.refresh).await;
    service.restart().await;
    assert!(ana.is_signed_in().await);
    assert_eq!(next(&service.client(), &ana.refresh).await.1, first);
    next(&service.client(), &first).await;
}

async fn reuse_is_written_to_the_trail(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let (_, first) = next(&client, &ana.refresh).await;
    next(&client, &first).await;
    refused(&client, &ana.refresh).await;
    let events = "SELECT count(*) FROM security_events WHERE event_type = 'suspicious_activity'";
    assert_eq!(service.number(events), 1);
}

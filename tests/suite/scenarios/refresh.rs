//! `POST /refresh`: a chain of single-use tokens that never forks (RFC 9700 §4.14).

use crate::{
    client::Client,
    scenarios,
    service::{NEXT_SECRET, PASSWORD, SECRET, Service, Stage},
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
    a_chain_longer_than_any_honest_one_ends_the_session,
    shown_again_after_a_minute_gives_the_successor_once needs Clock,
    shown_again_after_the_grace_ends_the_session needs Clock,
    the_grace_is_configurable needs Clock,
    another_kind_of_client_has_no_grace needs Clock,
    a_used_successor_is_not_given_after_a_minute needs Clock,
    three_times_a_day_a_chain needs Clock,
    shown_again_just_within_a_minute_is_forgiven needs Clock,
    what_is_no_token_is_refused,
    what_is_missing_is_named,
    another_users_session_is_untouched,
    survives_a_restart,
    reuse_is_written_to_the_audit_log,
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

/// Whoever rotates a stolen token often enough must not wash away where it came from; and ending a session removes its chain,
/// which a client that refreshes without pause must not make slow for everybody.
async fn a_chain_longer_than_any_honest_one_ends_the_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql("UPDATE refresh_tokens SET generation = 19999");
    let (_, last) = next(&service.client(), &ana.refresh).await;
    refused(&service.client(), &last).await;
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
    let events = "SELECT count(*) FROM security_events
        WHERE event_type = 'suspicious_activity' AND metadata LIKE '%refresh_flood%'";
    assert_eq!(service.number(events), 1);
}

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const ITS_NEXT_VERSION: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
const OTHER_AGENT: &str = "curl/8.9.1";

/// Someone who signed in with [`AGENT`]; the refresh token.
async fn with_an_agent(service: &Service) -> String {
    service.register("ana@example.org").await;
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    let answer = service.client().post("/login", body).header("user-agent", AGENT).await.ok();
    shape::text(&answer["refreshToken"])
}

/// Uses a refresh token; the next one, or none where it is refused.
async fn as_agent(service: &Service, agent: &str, token: &str) -> Option<String> {
    let client = service.client();
    let call = client.post("/refresh", json!({ "refreshToken": token }));
    let answer = call.header("user-agent", agent).await;
    if answer.status != 200 {
        answer.refused("INVALID_REFRESH_TOKEN");
        return None;
    }
    Some(shape::text(&answer.ok()["refreshToken"]))
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

/// A phone that lost the answer comes back out of the tunnel.
async fn shown_again_after_a_minute_gives_the_successor_once(stage: Stage) {
    let service = stage.start().await;
    let token = with_an_agent(&service).await;
    let first = as_agent(&service, AGENT, &token).await.expect("the first");
    service.advance(minutes(9));
    assert_eq!(as_agent(&service, ITS_NEXT_VERSION, &token).await.as_ref(), Some(&first));
    let told = "SELECT count(*) FROM security_events
        WHERE event_type = 'token_refresh' AND metadata LIKE '%repeated_late%'";
    assert_eq!(service.number(told), 1, "a thief could follow a chain so");
    assert_eq!(as_agent(&service, AGENT, &token).await, None, "once a generation");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn shown_again_after_the_grace_ends_the_session(stage: Stage) {
    let service = stage.start().await;
    let token = with_an_agent(&service).await;
    let first = as_agent(&service, AGENT, &token).await.expect("the first");
    service.advance(minutes(10) + Duration::from_secs(1));
    assert_eq!(as_agent(&service, AGENT, &token).await, None);
    assert_eq!(as_agent(&service, AGENT, &first).await, None);
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn the_grace_is_configurable(stage: Stage) {
    let service = stage.with("refresh_grace_seconds", "60").start().await;
    let token = with_an_agent(&service).await;
    as_agent(&service, AGENT, &token).await.expect("the first");
    service.advance(Duration::from_secs(61));
    assert_eq!(as_agent(&service, AGENT, &token).await, None);
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn another_kind_of_client_has_no_grace(stage: Stage) {
    let service = stage.start().await;
    let token = with_an_agent(&service).await;
    as_agent(&service, AGENT, &token).await.expect("the first");
    service.advance(minutes(2));
    assert_eq!(as_agent(&service, OTHER_AGENT, &token).await, None);
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn a_used_successor_is_not_given_after_a_minute(stage: Stage) {
    let service = stage.start().await;
    let token = with_an_agent(&service).await;
    let first = as_agent(&service, AGENT, &token).await.expect("the first");
    as_agent(&service, AGENT, &first).await.expect("the second");
    service.advance(minutes(2));
    assert_eq!(as_agent(&service, AGENT, &token).await, None);
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn three_times_a_day_a_chain(stage: Stage) {
    let service = stage.start().await;
    let mut token = with_an_agent(&service).await;
    for day in 0..2 {
        for _ in 0..3 {
            let next = as_agent(&service, AGENT, &token).await.expect("the next");
            service.advance(minutes(2));
            assert_eq!(as_agent(&service, AGENT, &token).await.as_ref(), Some(&next), "day {day}");
            token = next;
        }
        if day == 0 {
            service.advance(minutes(24 * 60));
        }
    }
    let next = as_agent(&service, AGENT, &token).await.expect("the next");
    service.advance(minutes(2));
    assert_eq!(as_agent(&service, AGENT, &token).await, None, "the fourth within a day");
    assert_eq!(as_agent(&service, AGENT, &next).await, None);
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
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

async fn reuse_is_written_to_the_audit_log(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let (_, first) = next(&client, &ana.refresh).await;
    next(&client, &first).await;
    refused(&client, &ana.refresh).await;
    let events = "SELECT count(*) FROM security_events WHERE event_type = 'suspicious_activity'";
    assert_eq!(service.number(events), 1);
}

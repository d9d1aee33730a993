//! `POST /step-up`, and what needs it.

use crate::{
    client::{Answer, Client},
    jwt::Jwt,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Person, Service, Stage, TRUSTED},
    shape,
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    a_sign_in_suffices_for_ten_minutes needs Clock,
    afterwards_the_same_request_succeeds_in_the_same_session needs Clock,
    the_session_gets_new_secrets_and_others_stay,
    a_bearer_gets_new_tokens_and_its_old_ones_lead_on,
    a_session_of_another_page_keeps_to_itself needs Clock,
    nothing_else_renews_the_proof needs Clock,
    wrong_passwords_lock_it_and_not_the_sign_in,
    whoever_administers_needs_it_to_change_something needs Clock,
    other_services_ask_how_old_it_is needs Clock,
    a_proof_that_lies_ahead_is_none needs Clock,
    the_operator_says_how_long_it_is_good needs Clock,
    it_is_written_to_the_audit_log,
    who_has_no_password_is_told_of_none needs Clock,
];

const ANA: &str = "ana@example.org";
const ELEVEN_MINUTES: Duration = Duration::from_secs(660);

async fn delete_account(client: &Client, body: Value) -> Answer {
    client.delete("/account").json(&body).await
}

#[track_caller]
fn wants_step_up(answer: &Answer) {
    let body = answer.refused("STEP_UP_REQUIRED");
    assert_eq!((&body["methods"], &body["maxAgeSec"]), (&json!(["password"]), &json!(600)), "{answer}");
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with(r#"Bearer error="insufficient_user_authentication""#), "{challenge}");
    assert!(challenge.ends_with("max_age=600"), "{challenge}");
}

async fn step_up(client: &Client) -> Answer {
    client.post("/step-up", json!({ "password": PASSWORD })).await
}

async fn a_sign_in_suffices_for_ten_minutes(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(Duration::from_secs(600));
    delete_account(&ana.client, json!({})).await.ok();
    let ana = service.someone().await;
    service.advance(Duration::from_secs(601));
    wants_step_up(&delete_account(&ana.client, json!({})).await);
    wants_step_up(&ana.client.delete("/account").await);
    assert!(ana.client.get("/session").await.status == 200, "the session is good");
    delete_account(&ana.client, json!({ "password": PASSWORD })).await.ok();
}

async fn afterwards_the_same_request_succeeds_in_the_same_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let session = ana.client.get("/session").await.ok()["session"]["id"].clone();
    service.advance(ELEVEN_MINUTES);
    wants_step_up(&delete_account(&ana.client, json!({})).await);
    let answer = step_up(&ana.client).await.ok();
    assert_eq!(answer["success"], true);
    assert!(answer["authTime"].is_string() && answer["accessToken"].is_null(), "{answer}");
    assert_eq!(ana.client.get("/session").await.ok()["session"]["id"], session);
    delete_account(&ana.client, json!({})).await.ok();
}

async fn the_session_gets_new_secrets_and_others_stay(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let other = service.sign_in(ANA).await;
    let (name, old) = ana.client.session_cookie();
    assert_ne!(step_up(&ana.client).await.session_cookie().value, old);
    let thief = service.client();
    thief.set_cookie(&name, &old);
    thief.get("/session").await.refused("UNAUTHENTICATED");
    thief.get("/session").without_cookies().bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    thief.post("/refresh", json!({ "refreshToken": ana.refresh })).await.refused("INVALID_REFRESH_TOKEN");
    assert!(other.is_signed_in().await);
    assert_eq!(ana.client.get("/sessions").await.ok().as_array().map(Vec::len), Some(2));
}

async fn a_bearer_gets_new_tokens_and_its_old_ones_lead_on(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let sid = ana.sid();
    let app = service.client();
    let answer = app.post("/step-up", json!({ "password": PASSWORD })).bearer(&ana.access).await.ok();
    let access = shape::text(&answer["accessToken"]);
    assert_eq!(Jwt::parse(&access).claims["sid"], sid);
    app.get("/session").bearer(&access).await.ok();
    app.get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    // A client that overlooks them goes on with the old refresh token.
    app.post("/refresh", json!({ "refreshToken": ana.refresh })).without_cookies().await.ok();
}

async fn a_session_of_another_page_keeps_to_itself(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (name, cookie) = ana.client.session_cookie();
    let child = ana.client.post("/session-to-token", json!({})).origin(TRUSTED).await.ok();
    service.advance(ELEVEN_MINUTES);
    let request = ana.client.post("/step-up", json!({ "password": PASSWORD }));
    let answer = request.bearer(&shape::text(&child["accessToken"])).origin(TRUSTED).await;
    let access = shape::text(&answer.ok()["accessToken"]);
    assert!(answer.cookies().iter().all(|cookie| !cookie.name.ends_with("mana_session")), "{answer}");
    assert_eq!(ana.client.session_cookie(), (name, cookie), "the browser keeps that of the whole");
    // The page may do it, and the session that it comes from may not.
    wants_step_up(&delete_account(&ana.client, json!({})).await);
    ana.client.post("/logout", json!({})).await.ok();
    let gone = service.client().delete("/account").json(&json!({})).bearer(&access).await;
    gone.refused("UNAUTHENTICATED");
}

fn auth_time(token: &Value) -> Value {
    let claims = Jwt::parse(&shape::text(token)).claims;
    assert_eq!(claims["amr"], json!(["pwd"]));
    claims["auth_time"].clone()
}

async fn nothing_else_renews_the_proof(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let proven = auth_time(&json!(ana.access));
    assert_eq!(proven, json!(service.now() / 1000));
    service.advance(Duration::from_secs(2 * 86_400));
    let refreshed = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    assert_eq!(auth_time(&refreshed["accessToken"]), proven);
    let exchanged = ana.client.post("/session-to-token", json!({})).origin(TRUSTED).await.ok();
    assert_eq!(auth_time(&exchanged["accessToken"]), proven);
    wants_step_up(&delete_account(&ana.client, json!({})).await);
    let bearer = service.client();
    let by_token = bearer.delete("/account").json(&json!({})).bearer(&shape::text(&refreshed["accessToken"]));
    wants_step_up(&by_token.await);
    let request = bearer.post("/step-up", json!({ "password": PASSWORD }));
    let stepped_up = request.bearer(&shape::text(&refreshed["accessToken"])).await.ok();
    assert_eq!(auth_time(&stepped_up["accessToken"]), json!(service.now() / 1000));
}

async fn wrong_passwords_lock_it_and_not_the_sign_in(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for _ in 0..5 {
        let wrong = json!({ "password": OTHER_PASSWORD });
        ana.client.post("/step-up", wrong).await.refused("INVALID_CREDENTIALS");
    }
    step_up(&ana.client).await.refused("ACCOUNT_LOCKED");
    let again = service.sign_in(ANA).await;
    step_up(&again.client).await.ok();
    service.client().post("/step-up", json!({ "password": PASSWORD })).await.refused("UNAUTHENTICATED");
    again.client.post("/step-up", json!({})).await.names("password");
    let foreign =
        again.client.post("/step-up", json!({ "password": PASSWORD })).origin("https://evil.example");
    foreign.await.refused("FORBIDDEN");
}

async fn admin(service: &Service) -> Person {
    service.register(ANA).await;
    service.sql("UPDATE users SET role = 'admin'");
    service.sign_in(ANA).await
}

async fn whoever_administers_needs_it_to_change_something(stage: Stage) {
    let service = stage.start().await;
    let admin = admin(&service).await;
    let id = shape::text(&service.register("bob@example.org").await["id"]);
    let unlock = || admin.client.call(Method::POST, &format!("/api/v1/auth/admin/users/{id}/unlock"));
    let metadata = || {
        let request = admin.client.call(Method::PUT, &format!("/api/v1/auth/admin/users/{id}/app-metadata"));
        request.json(&json!({ "appMetadata": {} }))
    };
    unlock().await.ok();
    metadata().await.ok();
    service.advance(ELEVEN_MINUTES);
    wants_step_up(&unlock().await);
    wants_step_up(&metadata().await);
    admin.client.get(&format!("/admin/users/{id}")).await.ok();
    step_up(&admin.client).await.ok();
    unlock().await.ok();
    metadata().await.ok();
    // Whoever is none is told that, and not to prove who they are.
    let bob = service.sign_in("bob@example.org").await;
    service.advance(ELEVEN_MINUTES);
    let request = bob.client.call(Method::POST, &format!("/api/v1/auth/admin/users/{id}/unlock"));
    request.await.refused("FORBIDDEN");
}

async fn other_services_ask_how_old_it_is(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(Duration::from_secs(300));
    let validate = async |max_age: Value| {
        let body = json!({ "token": ana.access, "maxAgeSec": max_age });
        service.client().post("/validate", body).await.ok()
    };
    for enough in [json!(300), json!(3600), Value::Null] {
        assert_eq!(validate(enough.clone()).await["valid"], true, "{enough}");
    }
    for too_little in [json!(299), json!(0)] {
        let refused = validate(too_little).await;
        assert_eq!(refused, json!({ "valid": false, "error": "STEP_UP_REQUIRED" }));
    }
    service
        .client()
        .post("/validate", json!({ "token": ana.access, "maxAgeSec": -1 }))
        .await
        .names("maxAgeSec");
}

async fn a_proof_that_lies_ahead_is_none(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql("UPDATE sessions SET auth_time = auth_time + 3600000");
    wants_step_up(&delete_account(&ana.client, json!({})).await);
}

async fn the_operator_says_how_long_it_is_good(stage: Stage) {
    let service = stage.with("step_up_minutes", "60").start().await;
    let ana = service.someone().await;
    service.advance(Duration::from_secs(3600));
    delete_account(&ana.client, json!({})).await.ok();
}

async fn it_is_written_to_the_audit_log(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    step_up(&ana.client).await.ok();
    let events = ana.client.get("/security-events").await.ok();
    let kinds = events.as_array().into_iter().flatten().map(|event| event["eventType"].clone());
    assert_eq!(kinds.filter(|kind| kind == "step_up").count(), 1, "{events}");
}

async fn who_has_no_password_is_told_of_none(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql("UPDATE accounts SET password = NULL");
    service.advance(ELEVEN_MINUTES);
    let answer = delete_account(&ana.client, json!({})).await;
    assert_eq!(answer.refused("STEP_UP_REQUIRED")["methods"], json!([]), "{answer}");
}

//! `GET /sessions`, `DELETE /sessions/{id}`, `DELETE /sessions`

use crate::{
    scenarios,
    service::{PASSWORD, Person, Stage, TRUSTED, UNTRUSTED},
    shape,
};
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    an_id_that_is_no_text_is_no_session,
    lists_every_sign_in,
    marks_the_current_one,
    ends_one,
    ends_the_current_one,
    another_users_session_is_not_found,
    what_is_no_id_is_not_found,
    ends_all_others,
    lists_what_was_exchanged,
    what_is_exchanged_was_used_at_that_time needs Clock,
    ends_what_was_exchanged_by_id,
    ends_what_was_exchanged_from_this_one_too,
    from_an_exchanged_one_its_sign_in_stays,
    what_was_exchanged_from_an_ended_one_is_not_listed needs Clock,
    nobody_is_signed_in,
    a_foreign_page_ends_none,
];

const ENTRY: &[&str] = &[
    "id",
    "deviceId",
    "deviceName",
    "ipAddress",
    "userAgent",
    "createdAt",
    "lastActivityAt",
    "expiresAt",
    "rememberMe",
    "parentId",
    "origin",
    "current",
];

#[track_caller]
fn entries(list: &Value) -> Vec<Value> {
    let list = list.as_array().expect("a list").clone();
    for entry in &list {
        shape::members(entry, ENTRY);
        shape::uuid(&entry["id"]);
        let (created, active) = (shape::time(&entry["createdAt"]), shape::time(&entry["lastActivityAt"]));
        assert!(created <= active && active < shape::time(&entry["expiresAt"]), "{entry}");
    }
    list
}

async fn lists_every_sign_in(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let client = service.client();
    let body = json!({
        "email": "ana@example.org", "password": crate::service::PASSWORD,
        "deviceId": "tablet-1", "deviceName": "Tablet", "rememberMe": true,
    });
    client.post("/login", body).header("user-agent", "Suite/1 (täst)").await.ok();
    let other = service.sign_in("ana@example.org").await;
    let list = entries(&client.get("/sessions").await.ok());
    assert_eq!(list.len(), 2);
    let tablet = list.iter().find(|entry| entry["deviceId"] == "tablet-1").expect("the tablet");
    assert_eq!(tablet["deviceName"], "Tablet");
    assert_eq!(tablet["rememberMe"], true);
    assert_eq!(tablet["ipAddress"], "127.0.0.1");
    assert!(shape::text(&tablet["userAgent"]).starts_with("Suite/1"));
    assert!(list.iter().any(|entry| entry["id"] == other.sid().as_str()));
}

async fn marks_the_current_one(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let one = service.sign_in("ana@example.org").await;
    let other = service.sign_in("ana@example.org").await;
    for person in [&one, &other] {
        let by_cookie = person.client.get("/sessions").await.ok();
        let by_token = service.client().get("/sessions").bearer(&person.access).await.ok();
        for list in [by_cookie, by_token] {
            let list = entries(&list);
            let current: Vec<&Value> = list.iter().filter(|entry| entry["current"] == true).collect();
            assert_eq!(current.len(), 1, "{list:?}");
            assert_eq!(current[0]["id"], person.sid().as_str());
        }
    }
}

async fn ends_one(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let one = service.sign_in("ana@example.org").await;
    let other = service.sign_in("ana@example.org").await;
    let path = format!("/sessions/{}", other.sid());
    let body = one.client.delete(&path).await.ok();
    assert_eq!(body, json!({ "success": true }));
    assert!(other.is_signed_out().await);
    assert!(one.is_signed_in().await);
    one.client.delete(&path).await.refused("NOT_FOUND");
}

async fn ends_the_current_one(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.delete(&format!("/sessions/{}", ana.sid())).await.ok();
    assert!(ana.is_signed_out().await);
}

async fn another_users_session_is_not_found(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let foreign = bob.client.delete(&format!("/sessions/{}", ana.sid())).await.refused("NOT_FOUND");
    let absent = "/sessions/01890000-0000-7000-8000-000000000000";
    assert_eq!(bob.client.delete(absent).await.refused("NOT_FOUND"), foreign);
    assert!(ana.is_signed_in().await);
    assert_eq!(entries(&bob.client.get("/sessions").await.ok()).len(), 1);
}

async fn what_is_no_id_is_not_found(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for id in ["7", "%00", "x%27%20OR%20%271%27%3D%271", "..%2f..", &"a".repeat(2000)] {
        ana.client.delete(&format!("/sessions/{id}")).await.refused("NOT_FOUND");
    }
    assert!(ana.is_signed_in().await);
}

async fn ends_all_others(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let one = service.sign_in("ana@example.org").await;
    let two = service.sign_in("ana@example.org").await;
    let three = service.sign_in("ana@example.org").await;
    assert_eq!(two.client.delete("/sessions").await.ok(), json!({ "success": true, "revoked": 2 }));
    assert!(one.is_signed_out().await);
    assert!(three.is_signed_out().await);
    assert!(two.is_signed_in().await);
    assert!(bob.is_signed_in().await);
    assert_eq!(two.client.delete("/sessions").await.ok(), json!({ "success": true, "revoked": 0 }));
}

/// What a page of another origin got for the person's cookie.
async fn exchange(person: &Person, origin: &str) -> Value {
    person.client.post("/session-to-token", json!({})).origin(origin).await.ok()
}

fn token(of: &Value) -> String {
    shape::text(&of["accessToken"])
}

const SHOP: &str = "https://shop.example";
const WITH_SHOP: &str = "https://app.example,https://shop.example";

async fn lists_what_was_exchanged(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let child = exchange(&ana, TRUSTED).await;
    let list = entries(&ana.client.get("/sessions").await.ok());
    assert_eq!(list.len(), 2);
    let (children, roots): (Vec<Value>, Vec<Value>) =
        list.into_iter().partition(|one| one["origin"] == TRUSTED);
    assert_eq!((children.len(), roots.len()), (1, 1));
    assert_eq!((&children[0]["parentId"], &children[0]["current"]), (&json!(ana.sid()), &json!(false)));
    assert_eq!((&roots[0]["parentId"], &roots[0]["origin"]), (&Value::Null, &Value::Null));
    assert_eq!((&roots[0]["id"], &roots[0]["current"]), (&json!(ana.sid()), &json!(true)));
    let seen = entries(&service.client().get("/sessions").bearer(&token(&child)).await.ok());
    let current: Vec<&Value> = seen.iter().filter(|one| one["current"] == true).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["origin"], TRUSTED, "the one that asks");
}

async fn what_is_exchanged_was_used_at_that_time(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.advance(Duration::from_secs(3_600));
    exchange(&ana, TRUSTED).await;
    let list = entries(&ana.client.get("/sessions").await.ok());
    let child = list.iter().find(|one| one["origin"] == TRUSTED).expect("the one that was exchanged");
    assert_eq!(child["lastActivityAt"], child["createdAt"], "not when its parent was used last");
}

async fn ends_what_was_exchanged_by_id(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let child = exchange(&ana, TRUSTED).await;
    let list = entries(&ana.client.get("/sessions").await.ok());
    let entry = list.iter().find(|one| one["origin"] == TRUSTED).expect("the exchanged one");
    ana.client.delete(&format!("/sessions/{}", shape::text(&entry["id"]))).await.ok();
    service.client().get("/session").bearer(&token(&child)).await.refused("UNAUTHENTICATED");
    let refresh = json!({ "refreshToken": child["refreshToken"] });
    service.client().post("/refresh", refresh).await.refused("INVALID_REFRESH_TOKEN");
    assert!(ana.is_signed_in().await);
}

async fn ends_what_was_exchanged_from_this_one_too(stage: Stage) {
    let service = stage.with("trusted_origins", WITH_SHOP).start().await;
    let ana = service.someone().await;
    let other = service.sign_in("ana@example.org").await;
    let children =
        [exchange(&ana, TRUSTED).await, exchange(&ana, SHOP).await, exchange(&other, TRUSTED).await];
    assert_eq!(ana.client.delete("/sessions").await.ok(), json!({ "success": true, "revoked": 4 }));
    for child in &children {
        service.client().get("/session").bearer(&token(child)).await.refused("UNAUTHENTICATED");
    }
    assert!(other.is_signed_out().await);
    assert!(ana.is_signed_in().await);
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'session_revoked'";
    assert_eq!(service.number(told), 1);
    assert_eq!(ana.client.delete("/sessions").await.ok(), json!({ "success": true, "revoked": 0 }));
    assert_eq!(service.number(told), 1);
}

async fn from_an_exchanged_one_its_sign_in_stays(stage: Stage) {
    let service = stage.with("trusted_origins", WITH_SHOP).start().await;
    let ana = service.someone().await;
    let other = service.sign_in("ana@example.org").await;
    let (kept, sibling) = (exchange(&ana, TRUSTED).await, exchange(&ana, SHOP).await);
    let answer = service.client().delete("/sessions").bearer(&token(&kept)).await.ok();
    assert_eq!(answer, json!({ "success": true, "revoked": 2 }));
    service.client().get("/session").bearer(&token(&kept)).await.ok();
    service.client().get("/session").bearer(&token(&sibling)).await.refused("UNAUTHENTICATED");
    assert!(other.is_signed_out().await);
    assert!(ana.is_signed_in().await);
}

async fn what_was_exchanged_from_an_ended_one_is_not_listed(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let kept = service
        .sign_in_with(json!({ "email": "ana@example.org", "password": PASSWORD, "rememberMe": true }))
        .await;
    let ana = service.sign_in("ana@example.org").await;
    exchange(&ana, TRUSTED).await;
    service.sql("UPDATE sessions SET expires_at = expires_at + 86400000 WHERE parent_id IS NOT NULL");
    service.advance(std::time::Duration::from_secs(7 * 86_400 + 60));
    let list = entries(&kept.client.get("/sessions").await.ok());
    assert_eq!(list.len(), 1, "{list:?}");
}

async fn nobody_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    client.get("/sessions").await.refused("UNAUTHENTICATED");
    client.delete("/sessions").await.refused("UNAUTHENTICATED");
    client.delete("/sessions/01890000-0000-7000-8000-000000000000").await.refused("UNAUTHENTICATED");
}

async fn a_foreign_page_ends_none(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let one = service.sign_in("ana@example.org").await;
    let other = service.sign_in("ana@example.org").await;
    one.client.delete("/sessions").origin(UNTRUSTED).await.refused("FORBIDDEN");
    one.client.delete(&format!("/sessions/{}", other.sid())).without_origin().await.refused("FORBIDDEN");
    assert!(other.is_signed_in().await);
}

async fn an_id_that_is_no_text_is_no_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for id in ["%ff", "%00", "..%2f", "x"] {
        ana.client
            .call(http::Method::DELETE, &format!("/api/v1/auth/sessions/{id}"))
            .await
            .refused("NOT_FOUND");
    }
}

//! `GET /sessions`, `DELETE /sessions/{id}`, `DELETE /sessions`

use crate::{
    scenarios,
    service::{Stage, UNTRUSTED},
    shape,
};
use serde_json::{Value, json};

scenarios![
    an_id_that_is_no_text_is_no_session,
    lists_every_sign_in,
    marks_the_current_one,
    ends_one,
    ends_the_current_one,
    another_users_session_is_not_found,
    what_is_no_id_is_not_found,
    ends_all_others,
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

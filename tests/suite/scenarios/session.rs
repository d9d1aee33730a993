//! `GET /session`

use crate::{scenarios, service::Stage, shape};
use serde_json::json;

scenarios![
    by_cookie,
    by_access_token,
    nobody_is_signed_in,
    shows_changes_by_hand_at_once,
    a_deleted_session_is_refused_at_once,
    shows_no_secret_of_the_session,
];

async fn by_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let body = ana.client.get("/session").await.ok();
    shape::members(&body, &["user", "session"]);
    shape::user(&body["user"]);
    assert_eq!(body["user"], ana.user);
    assert_eq!(shape::uuid(&body["session"]["id"]), ana.sid());
    shape::time(&body["session"]["expiresAt"]);
    shape::time(&body["session"]["createdAt"]);
}

async fn by_access_token(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let by_token = service.client().get("/session").bearer(&ana.access).await.ok();
    let by_cookie = ana.client.get("/session").await.ok();
    assert_eq!(by_token["user"], by_cookie["user"]);
    assert_eq!(by_token["session"]["id"], by_cookie["session"]["id"]);
}

async fn nobody_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    let answer = service.client().get("/session").await;
    answer.refused("UNAUTHENTICATED");
    let client = service.client();
    client.set_cookie("mana_session", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    client.get("/session").await.refused("UNAUTHENTICATED");
    client.set_cookie("mana_session", "not base64url");
    client.get("/session").await.refused("UNAUTHENTICATED");
}

async fn shows_changes_by_hand_at_once(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql("UPDATE users SET name = 'Changed', email_verified = true");
    let body = ana.client.get("/session").await.ok();
    assert_eq!(body["user"]["name"], "Changed");
    assert_eq!(body["user"]["emailVerified"], true);
}

async fn a_deleted_session_is_refused_at_once(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    assert!(ana.is_signed_in().await);
    assert_eq!(service.sql("DELETE FROM sessions"), 1);
    assert!(ana.is_signed_out().await);
}

async fn shows_no_secret_of_the_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let session = ana.client.get("/session").await.ok()["session"].clone();
    for name in session.as_object().expect("an object").keys() {
        let lower = name.to_lowercase();
        assert!(!lower.contains("token") && !lower.contains("hash"), "{name}");
    }
    assert_ne!(json!(ana.client.session_cookie().1), session["id"]);
}

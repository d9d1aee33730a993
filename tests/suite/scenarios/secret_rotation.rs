//! A new secret beside the old one, and then alone: nobody who is signed in notices. How signing keys fare is told
//! in `keys_in_time`.

use crate::{
    scenarios,
    service::{NEXT_SECRET, SECRET, Service, Stage},
    shape,
};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    who_was_signed_in_stays_so needs Management,
    what_is_spent_from_now_on_is_repeated_by_the_new_one,
    a_copy_is_noticed_across_the_change needs Clock,
    a_copy_is_noticed_when_the_old_secret_has_gone needs Clock,
    a_command_seals_anew needs Commands,
    a_command_seals_the_key_of_the_audit_log_anew needs Commands,
    a_secret_may_be_skipped,
];

fn both() -> String {
    format!("{NEXT_SECRET},{SECRET}")
}

async fn refresh(service: &Service, token: &Value) -> Value {
    service.client().post("/refresh", json!({ "refreshToken": token })).await.ok()["refreshToken"].clone()
}

async fn who_was_signed_in_stays_so(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let other = service.sign_in("ana@example.org").await;
    service.restart_with("secrets", &both()).await;
    assert!(ana.is_signed_in().await && other.is_signed_in().await);
    // One is used while both secrets are there, the other only when the old one has gone.
    let next = refresh(&service, &json!(ana.refresh)).await;
    service.tick().await;
    service.restart_with("secrets", NEXT_SECRET).await;
    assert!(ana.is_signed_in().await && other.is_signed_in().await);
    refresh(&service, &next).await;
    let next = refresh(&service, &json!(other.refresh)).await;
    refresh(&service, &next).await;
    assert_eq!(service.management(Method::GET, "/ready").await.status, 200);
}

async fn what_is_spent_from_now_on_is_repeated_by_the_new_one(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let first = refresh(&service, &json!(ana.refresh)).await;
    service.restart_with("secrets", &both()).await;
    let second = refresh(&service, &first).await;
    let by_version = |version| {
        service.number(&format!("SELECT count(*) FROM refresh_tokens WHERE secret_version = {version}"))
    };
    assert_eq!((by_version(1), by_version(2)), (1, 1));
    service.tick().await;
    service.restart_with("secrets", NEXT_SECRET).await;
    assert_eq!(refresh(&service, &first).await, second, "within the minute, without the old secret");
}

async fn a_copy_is_noticed_across_the_change(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let next = refresh(&service, &json!(ana.refresh)).await;
    service.restart_with("secrets", &both()).await;
    service.advance(Duration::from_secs(601));
    let copy = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await;
    copy.refused("INVALID_REFRESH_TOKEN");
    let next = service.client().post("/refresh", json!({ "refreshToken": next })).await;
    next.refused("INVALID_REFRESH_TOKEN");
    assert!(ana.is_signed_out().await);
}

/// The old secret is needed for as long as a token may be repeated, and no longer (`refresh_tokens`).
async fn a_copy_is_noticed_when_the_old_secret_has_gone(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    refresh(&service, &json!(ana.refresh)).await;
    service.restart_with("secrets", &both()).await;
    service.tick().await;
    service.advance(Duration::from_secs(61));
    service.restart_with("secrets", NEXT_SECRET).await;
    let copy = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await;
    copy.refused("INVALID_REFRESH_TOKEN");
    assert!(ana.is_signed_out().await);
}

async fn a_command_seals_anew(stage: Stage) {
    let mut service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    let before = service.jwks().await;
    service.restart_with("secrets", &both()).await;
    assert_eq!(service.number("SELECT count(*) FROM jwks WHERE secret_version = 1"), 1, "not by starting");
    let said = service.operate(&["maintenance", "run"]).done();
    assert!(said.contains("keys resealed: 1,"), "{said}");
    assert_eq!(service.number("SELECT count(*) FROM jwks WHERE secret_version <> 2"), 0);
    assert!(ana.is_signed_in().await, "the server can still open what the command sealed");
    service.restart_with("secrets", NEXT_SECRET).await;
    assert_eq!(service.jwks().await, before);
    assert!(ana.is_signed_in().await);
}

async fn a_command_seals_the_key_of_the_audit_log_anew(stage: Stage) {
    let mut service = stage.at_system_time().start().await;
    service.tick().await;
    service.restart_with("secrets", &both()).await;
    let said = service.operate(&["maintenance", "run"]).done();
    assert!(said.contains("keys resealed: 2,"), "{said}");
    assert_eq!(service.number("SELECT count(*) FROM audit_keys WHERE secret_version <> 2"), 0);
}

/// Versions only rise; that they rise by one is nobody's promise.
async fn a_secret_may_be_skipped(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let third = NEXT_SECRET.replacen('2', "7", 1);
    service.restart_with("secrets", &format!("{third},{SECRET}")).await;
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM jwks WHERE secret_version <> 7"), 0);
    service.restart_with("secrets", &third).await;
    assert!(ana.is_signed_in().await);
    refresh(&service, &json!(ana.refresh)).await;
    shape::signed_in(&service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok());
}

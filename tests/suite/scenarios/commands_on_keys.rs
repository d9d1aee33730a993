//! Signing keys that an operator makes and revokes beside a running service.

use crate::{
    jwt::Jwt,
    scenarios,
    service::{Service, Stage},
    shape,
};
use serde_json::json;
use std::collections::BTreeSet;

scenarios![
    a_new_key_is_published_at_once needs Commands,
    a_revoked_key_is_refused_at_once needs Commands,
    a_lost_secret_begins_another_audit_log needs Commands Files Sqlite,
];

const ANA: &str = "ana@example.org";

async fn kids(service: &Service) -> BTreeSet<String> {
    let jwks = service.jwks().await;
    jwks["keys"].as_array().expect("keys").iter().map(|key| shape::text(&key["kid"])).collect()
}

async fn a_new_key_is_published_at_once(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    let before = kids(&service).await;
    service.operate(&["keys", "rotate"]).done();
    let after = kids(&service).await;
    assert!(after.is_superset(&before));
    assert_eq!(after.len(), before.len() + 1);
    assert!(ana.is_signed_in().await, "what the old one signed is good");
    let next = service.sign_in(ANA).await;
    let signer = shape::text(&Jwt::parse(&next.access).header["kid"]);
    assert!(before.contains(&signer), "nobody has had the time to fetch the new one");
}

async fn a_revoked_key_is_refused_at_once(stage: Stage) {
    let service = stage.at_system_time().with("limit_validate_client", "1").start().await;
    let ana = service.someone().await;
    assert!(ana.is_signed_in().await);
    let old = shape::text(&Jwt::parse(&ana.access).header["kid"]);
    service.operate(&["keys", "revoke", &old]).done();
    service.client().get("/session").bearer(&ana.access).await.refused("UNAUTHENTICATED");
    // And is told as long as others send what was never issued.
    let validate = async |token: &str| service.client().post("/validate", json!({ "token": token })).await;
    validate("never-issued").await.ok();
    validate("never-issued").await.refused("RATE_LIMITED");
    assert_eq!(validate(&ana.access).await.ok()["error"], "TOKEN_INVALID");
    let next = Jwt::parse(&service.sign_in(ANA).await.access);
    assert_ne!(next.header["kid"], old.as_str());
    assert!(next.is_signed_by(&service.jwks().await));
    assert!(!kids(&service).await.contains(&old));
    ana.client.get("/session").await.ok();
}

async fn a_lost_secret_begins_another_audit_log(stage: Stage) {
    let mut service = stage.at_system_time().start().await;
    service.someone().await;
    service.append_events(20);
    service.tick().await;
    let before = service.copy();
    let origin = before.text("SELECT origin FROM audit_tree");
    let outside = before.text("SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1");
    service.sql("DELETE FROM jwks");
    service.restart_with("secrets", "1:8L-Ky83j0JFeZkbBpMLvAL7O8vwCirfQ7_z_U4Jq1FA").await;
    service.append_events(2);
    service.tick_fails().await;
    let key = service.operate(&["audit", "rotate-key"]).done();
    service.append_events(2);
    service.tick().await;
    let after = service.copy();
    assert_ne!(after.text("SELECT origin FROM audit_tree"), origin);
    assert_eq!(
        after.number("SELECT count(*) FROM security_events WHERE leaf IS NULL AND source IS NOT NULL"),
        0
    );
    let report = after.verify(Some(key.trim().parse().expect("a key")), Some(outside));
    assert_eq!((report.finding, report.checkpoints), (None, 1));
    // What the lost key had signed, the event vouches for.
    let root = service.administrator().await;
    let range = format!("/admin/audit/verify?from=0&to={}", after.number("SELECT size FROM audit_tree"));
    let found = root.client.get(&range).await.ok();
    assert_eq!((&found["intact"], &found["firstBad"]), (&json!(true), &json!(null)), "{found}");
    service.sql("UPDATE security_events SET ip_address = '192.0.2.8' WHERE leaf = 5");
    assert_eq!(root.client.get(&range).await.ok()["intact"], false);
}

//! What must not happen without an event does not happen while the audit log can't be written.

use crate::{
    scenarios,
    service::{PASSWORD, Stage},
    shape,
};
use serde_json::json;

scenarios![administration_does_not_happen_unrecorded needs Commands, an_account_is_not_erased_unrecorded];

const ANA: &str = "ana@example.org";

async fn administration_does_not_happen_unrecorded(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    let before = service.jwks().await;
    let kid = shape::text(&before["keys"][0]["kid"]);
    let commands: [&[&str]; 4] = [
        &["keys", "rotate"],
        &["keys", "revoke", &kid],
        &["user", "set-role", ANA, "admin"],
        &["user", "set-metadata", ANA, "{\"tier\":\"pro\"}"],
    ];
    service.refuse_events("TRUE");
    for command in commands {
        service.operate(command).not_done();
    }
    assert_eq!(service.jwks().await, before);
    assert_eq!(ana.client.get("/session").await.ok()["user"]["role"], "user");
    assert_eq!(service.number("SELECT count(*) FROM users WHERE app_metadata <> '{}'"), 0);
    assert!(ana.is_signed_in().await, "the key and the role in the token are still good");
    service.accept_events();
    for command in commands {
        service.operate(command).done();
    }
    assert_ne!(service.jwks().await, before);
    assert_eq!(ana.client.get("/session").await.ok()["user"]["role"], "admin");
    assert_eq!(service.number("SELECT count(*) FROM counted_events"), 0, "what was not done was not lost");
}

async fn an_account_is_not_erased_unrecorded(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.refuse_events("TRUE");
    let erase = || ana.client.delete("/account").json(&json!({ "password": PASSWORD }));
    erase().await.refused("INTERNAL");
    assert!(ana.is_signed_in().await);
    service.accept_events();
    erase().await.ok();
    assert!(ana.is_signed_out().await);
}

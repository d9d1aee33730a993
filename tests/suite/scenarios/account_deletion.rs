//! `DELETE /account`

use crate::{
    runner::gate::Gate,
    scenarios,
    service::{PASSWORD, Stage, UNTRUSTED},
};
use serde_json::json;

scenarios![
    takes_the_account_and_its_sessions,
    by_access_token,
    the_address_is_free_again,
    the_audit_log_stays,
    a_wrong_password_deletes_nothing,
    what_is_wrong_is_named,
    nobody_is_signed_in,
    a_foreign_page_deletes_nothing,
    what_was_no_guess_is_taken_back needs Passwords,
];

async fn takes_the_account_and_its_sessions(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let other = service.sign_in("ana@example.org").await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let answer = ana.client.delete("/account").json(&json!({ "password": PASSWORD })).await;
    assert_eq!(answer.ok(), json!({ "success": true }));
    assert!(answer.session_cookie().is_cleared());
    assert!(other.is_signed_out().await);
    assert!(ana.is_signed_out().await);
    assert!(bob.is_signed_in().await);
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    service.client().post("/login", body).await.refused("INVALID_CREDENTIALS");
    for table in ["users", "accounts", "sessions"] {
        assert_eq!(service.number(&format!("SELECT count(*) FROM {table}")), 1, "{table}");
    }
}

async fn by_access_token(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let call =
        service.client().delete("/account").bearer(&ana.access).json(&json!({ "password": PASSWORD })).await;
    call.ok();
    assert!(ana.is_signed_out().await);
}

async fn the_address_is_free_again(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.delete("/account").json(&json!({ "password": PASSWORD })).await.ok();
    let again = service.register("ana@example.org").await;
    assert_ne!(again["id"], ana.user["id"]);
    assert!(ana.is_signed_out().await, "the new account is another one");
}

async fn the_audit_log_stays(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let id = crate::shape::uuid(&ana.user["id"]);
    ana.client.delete("/account").json(&json!({ "password": PASSWORD })).await.ok();
    for kind in ["account_created", "login_success", "account_deleted"] {
        let sql =
            format!("SELECT count(*) FROM security_events WHERE user_id = '{id}' AND event_type = '{kind}'");
        assert_eq!(service.number(&sql), 1, "{kind}");
    }
}

async fn a_wrong_password_deletes_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let call = ana.client.delete("/account").json(&json!({ "password": "not the right password" })).await;
    call.refused("INVALID_CREDENTIALS");
    assert!(ana.is_signed_in().await);
}

async fn what_is_wrong_is_named(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.delete("/account").json(&json!({ "password": 7 })).await.names("password");
    assert!(ana.is_signed_in().await);
}

async fn nobody_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    let call = service.client().delete("/account").json(&json!({ "password": PASSWORD })).await;
    call.refused("UNAUTHENTICATED");
}

async fn a_foreign_page_deletes_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let call = ana.client.delete("/account").json(&json!({ "password": PASSWORD })).origin(UNTRUSTED).await;
    call.refused("FORBIDDEN");
    assert!(ana.is_signed_in().await);
}

async fn what_was_no_guess_is_taken_back(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    let ana = service.someone().await;
    let delete = async || ana.client.delete("/account").json(&json!({ "password": PASSWORD })).await;
    gate.refuse();
    for _ in 0..8 {
        delete().await.refused("OVERLOADED");
        assert_eq!(service.number("SELECT count(*) FROM reservations"), 0);
    }
    gate.open();
    delete().await.ok();
}

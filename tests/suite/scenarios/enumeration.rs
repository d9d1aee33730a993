//! Whether an address has an account is nobody's business.

use crate::{
    client::Answer,
    runner::gate::Gate,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Stage},
};
use serde_json::json;

scenarios![
    an_unknown_address_is_answered_like_a_wrong_password,
    an_unknown_address_costs_a_hash_too needs Passwords,
    a_banned_account_costs_a_hash_too needs Passwords,
    an_account_without_a_password_is_answered_alike needs Passwords,
    what_was_typed_decides_how_many_hashes_it_costs needs Passwords,
    both_leave_the_same_kind_of_audit_log,
];

/// What a client sees of an answer, but for what differs in each.
fn face(answer: &Answer) -> (u16, Vec<u8>, Vec<String>) {
    let ours = |name: &&http::HeaderName| !["date", "x-request-id"].contains(&name.as_str());
    let mut fields: Vec<String> = answer
        .headers
        .keys()
        .filter(ours)
        .map(|name| format!("{name}: {}", answer.header(name.as_str())))
        .collect();
    fields.sort();
    (answer.status, answer.body.clone(), fields)
}

async fn an_unknown_address_is_answered_like_a_wrong_password(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let client = service.client();
    let sign_in = |email: &str| client.post("/login", json!({ "email": email, "password": OTHER_PASSWORD }));
    let known = face(&sign_in("ana@example.org").await);
    let unknown = face(&sign_in("bob@example.org").await);
    assert_eq!(known, unknown);
    assert_eq!(known.0, 401);
}

async fn an_unknown_address_costs_a_hash_too(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register("ana@example.org").await;
    for email in ["ana@example.org", "bob@example.org"] {
        let before = gate.verified();
        let body = json!({ "email": email, "password": OTHER_PASSWORD });
        service.client().post("/login", body).await.refused("INVALID_CREDENTIALS");
        assert_eq!(gate.verified() - before, 1, "{email}");
    }
}

async fn a_banned_account_costs_a_hash_too(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register("ana@example.org").await;
    service.sql("UPDATE users SET banned = true");
    let before = gate.verified();
    let body = json!({ "email": "ana@example.org", "password": OTHER_PASSWORD });
    service.client().post("/login", body).await.refused("INVALID_CREDENTIALS");
    assert_eq!(gate.verified() - before, 1);
}

async fn an_account_without_a_password_is_answered_alike(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register("ana@example.org").await;
    service.sql("UPDATE accounts SET password = NULL");
    let before = gate.verified();
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    service.client().post("/login", body).await.refused("INVALID_CREDENTIALS");
    assert_eq!(gate.verified() - before, 1);
}

/// A text that is not in its normal form is compared twice, since an import may have hashed either.
async fn what_was_typed_decides_how_many_hashes_it_costs(stage: Stage) {
    const IMPORTED: &str = "$2b$04$mana.auth.tests.salt.u.O2CqthPapuNtn0proQ0lDpFkRna.hq";
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    for email in ["own@example.org", "imported@example.org", "malformed@example.org", "none@example.org"] {
        service.register(email).await;
    }
    let set = |email: &str, password: &str| {
        let account = format!("user_id = (SELECT id FROM users WHERE email = '{email}')");
        assert_eq!(service.sql(&format!("UPDATE accounts SET password = {password} WHERE {account}")), 1);
    };
    set("imported@example.org", &format!("'{IMPORTED}'"));
    set("malformed@example.org", "'$2b$31$nonsense'");
    set("none@example.org", "NULL");
    for (password, hashes) in [(OTHER_PASSWORD, 1), ("nine badgers™ compose a waltz", 2)] {
        for name in ["own", "imported", "malformed", "none", "unknown"] {
            let before = gate.verified();
            let body = json!({ "email": format!("{name}@example.org"), "password": password });
            service.client().post("/login", body).await.refused("INVALID_CREDENTIALS");
            assert_eq!(gate.verified() - before, hashes, "{name}: {password}");
        }
    }
}

async fn both_leave_the_same_kind_of_audit_log(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for email in ["ana@example.org", "bob@example.org"] {
        let body = json!({ "email": email, "password": OTHER_PASSWORD });
        service.client().post("/login", body).await.refused("INVALID_CREDENTIALS");
    }
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE event_type = 'login_failure'"), 2);
}

//! A user whose id another service has made: 32 letters and digits, which stand as foreign keys in all of its databases.

use crate::{
    client::{API, Answer},
    jwt::Jwt,
    runner::MAINTENANCE,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Person, Service, Stage, TRUSTED},
    shape,
};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

scenarios![
    every_route_serves_them needs Sqlite,
    every_mail_serves_them needs Mail Sqlite,
    every_command_serves_them needs Commands Sqlite,
    users_are_listed_by_time_whatever_their_ids needs Commands Sqlite,
];

const ID: &str = "KQ7xT0fN2sYbR4mVwE9uJcL1hGz8oPdA";
const ANA: &str = "ana@example.org";
const SHOP: &str = "https://shop.example";
const BILLING: &str = "5b0d9e4c7f21a8366ac2";

async fn with_an_import(stage: Stage) -> Service {
    let stage = stage.with("token_audiences", SHOP).with("audit_sources", &format!("billing:{BILLING}"));
    let service = stage.start().await;
    service.register(ANA).await;
    imported(&service, ANA, ID);
    service
}

/// Gives a user the id that an import would bring.
fn imported(service: &Service, email: &str, id: &str) {
    let database = service.database();
    database.execute_batch("PRAGMA foreign_keys = OFF").expect("an import");
    let old: String = database
        .query_row("SELECT id FROM users WHERE email = ?1", [email], |row| row.get(0))
        .expect("a user");
    database.execute("UPDATE users SET id = ?2 WHERE id = ?1", [&old, id]).expect("an import");
    let sql = "UPDATE accounts SET id = 'account_' || ?2, user_id = ?2, account_id = ?2 WHERE user_id = ?1";
    database.execute(sql, [&old, id]).expect("an import");
}

/// The operations that answered well.
#[derive(Default)]
struct Asked(BTreeSet<String>);

impl Asked {
    #[track_caller]
    fn well(&mut self, operation: &str, answer: &Answer) {
        assert!((200..300).contains(&answer.status), "{operation}: {answer}");
        self.0.insert(operation.to_owned());
    }
}

async fn every_route_serves_them(stage: Stage) {
    let service = with_an_import(stage).await;
    let mut asked = Asked::default();
    let ana = service.sign_in(ANA).await;
    assert_eq!(ana.user["id"], ID);
    assert_eq!(Jwt::parse(&ana.access).claims["sub"], ID);
    let client = &ana.client;
    let session = client.get("/session").await;
    assert_eq!(session.ok()["user"]["id"], ID);
    asked.well("getSession", &session);
    asked.well("listSessions", &client.get("/sessions").bearer(&ana.access).await);
    asked.well("getProfile", &client.get("/profile").await);
    asked.well("updateProfile", &client.post("/profile", json!({ "name": "Ana" })).await);
    let validated = service.client().post("/validate", json!({ "token": ana.access })).await;
    assert_eq!(validated.ok()["payload"]["sub"], ID);
    asked.well("validateToken", &validated);
    let ticket = client.post("/service-token", json!({ "audience": SHOP })).await;
    assert_eq!(Jwt::parse(&shape::text(&ticket.ok()["token"])).claims["sub"], ID);
    asked.well("createServiceToken", &ticket);
    asked.well("exchangeSession", &client.post("/session-to-token", json!({})).origin(TRUSTED).await);
    let other = service.sign_in(ANA).await;
    asked.well("endSession", &client.delete(&format!("/sessions/{}", other.sid())).await);
    asked.well("endOtherSessions", &client.delete("/sessions").await);
    asked.well("refresh", &service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await);
    let event = json!({ "eventType": "invoice.paid", "userId": ID, "metadata": {} });
    asked.well("recordAuditEvent", &service.client().post("/audit/events", event).bearer(BILLING).await);
    let events = client.get("/security-events?limit=200").await;
    assert!(
        events.ok().as_array().is_some_and(|all| all.iter().any(|one| one["eventType"] == "invoice.paid"))
    );
    asked.well("listSecurityEvents", &events);
    by_an_administrator(&service, &mut asked).await;
    asked.well("stepUp", &client.post("/step-up", json!({ "password": PASSWORD })).await);
    let body = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    asked.well("changePassword", &client.post("/change-password", body).await);
    asked
        .well("deleteAccount", &client.delete("/account").json(&json!({ "password": OTHER_PASSWORD })).await);
    asked.well("logout", &client.post("/logout", json!({})).await);
    assert_eq!(service.number(&format!("SELECT count(*) FROM sessions WHERE user_id = '{ID}'")), 0);
    assert_eq!(service.number(&format!("SELECT count(*) FROM users WHERE id = '{ID}'")), 0);
    all_of(&service, asked).await;
}

/// What an administrator asks about them: she has such an id herself.
async fn by_an_administrator(service: &Service, asked: &mut Asked) {
    service.register("root@example.org").await;
    imported(service, "root@example.org", "R00T");
    service.sql("UPDATE users SET role = 'admin' WHERE id = 'R00T'");
    let admin: Person = service.sign_in("root@example.org").await;
    // An instance may be at it behind an answer of its own: the one call below would find nothing to do.
    service.tick().await;
    let scheduler = service.client();
    let maintained = scheduler.post("/maintenance", json!({})).bearer(MAINTENANCE);
    asked.well("runMaintenance", &maintained.await);
    let listed = admin.client.get(&format!("/admin/security-events?userId={ID}")).await;
    let events = listed.ok();
    assert!(
        events.as_array().is_some_and(|all| all.iter().all(|event| event["userId"] == ID) && !all.is_empty())
    );
    asked.well("listAllSecurityEvents", &listed);
    let event =
        events.as_array().and_then(|all| all.iter().find(|one| one["leaf"].is_u64())).expect("a sealed one");
    let proof = format!("/admin/audit/proof?event={}", event["id"].as_str().expect("an id"));
    asked.well("getAuditProof", &admin.client.get(&proof).await);
    asked.well("getAuditCheckpoint", &admin.client.get("/admin/audit/checkpoint").await);
    asked.well("verifyAuditLog", &admin.client.get("/admin/audit/verify?from=0&to=1").await);
    asked.well("summarizeSecurityEvents", &admin.client.get("/admin/security-events/summary").await);
    asked.well("listFailedLogins", &admin.client.get("/admin/failed-logins").await);
    let unlock = format!("{API}/admin/users/{ID}/unlock");
    asked.well("getUser", &admin.client.get(&format!("/admin/users/{ID}")).await);
    let metadata = format!("{API}/admin/users/{ID}/app-metadata");
    let replaced =
        admin.client.call(Method::PUT, &metadata).json(&json!({ "appMetadata": { "tier": "pro" } }));
    asked.well("setAppMetadata", &replaced.await);
    asked.well("unlockUser", &admin.client.call(Method::POST, &unlock).origin(TRUSTED).await);
}

/// Every operation that concerns a user was asked.
async fn all_of(service: &Service, asked: Asked) {
    let nobodys = ["getBetterAuthJwks", "getJwks", "getOpenApi", "getWellKnownJwks", "login", "register"];
    let document: Value = service.client().call(Method::GET, "/openapi.json").await.ok();
    let items = document["paths"].as_object().expect("paths").values();
    let operations = items.flat_map(|item| item.as_object().expect("operations").values());
    let known = operations.map(|operation| operation["operationId"].as_str().expect("an id").to_owned());
    let expected: BTreeSet<String> =
        known.filter(|id| !nobodys.contains(&id.as_str()) && !BY_MAIL.contains(&id.as_str())).collect();
    assert_eq!(asked.0, expected);
}

/// The operations that lead through a mail.
const BY_MAIL: [&str; 11] = [
    "allowEmailChange",
    "askMagicLink",
    "changeEmail",
    "confirmEmailChange",
    "forgotPassword",
    "notMe",
    "resendVerification",
    "resetPassword",
    "undoEmailChange",
    "useMagicLink",
    "verifyEmail",
];

async fn every_mail_serves_them(stage: Stage) {
    let service = with_an_import(stage.with("change_email_confirm_old", "true")).await;
    let mut asked = Asked::default();
    let client = service.client();
    let ana = service.sign_in(ANA).await;
    let new = json!({ "newEmail": "ana@elsewhere.example" });
    asked.well("changeEmail", &ana.client.post("/change-email", new).await);
    for (operation, path) in [
        ("allowEmailChange", "/change-email/allow"),
        ("confirmEmailChange", "/change-email/confirm"),
        ("undoEmailChange", "/change-email/undo"),
    ] {
        let token = json!({ "token": service.mail().await.token() });
        asked.well(operation, &ana.client.post(path, token).await);
    }
    service.all_mails().await;
    service.sql("UPDATE users SET email_verified = false");
    asked.well("resendVerification", &client.post("/resend-verification", json!({ "email": ANA })).await);
    let proof = json!({ "token": service.mail().await.token() });
    asked.well("verifyEmail", &client.post("/verify-email", proof).await);
    asked.well("askMagicLink", &client.post("/magic-link", json!({ "email": ANA })).await);
    let link = json!({ "token": service.mail().await.token() });
    asked.well("useMagicLink", &client.post("/magic-link/verify", link).await);
    asked.well("forgotPassword", &client.post("/forgot-password", json!({ "email": ANA })).await);
    let reset = json!({ "token": service.mail().await.token(), "newPassword": OTHER_PASSWORD });
    asked.well("resetPassword", &client.post("/reset-password", reset).await);
    let notice = service.mail().await;
    asked.well("notMe", &client.post("/not-me", json!({ "token": notice.token() })).await);
    assert_eq!(asked.0, BTreeSet::from(BY_MAIL.map(str::to_owned)));
}

async fn every_command_serves_them(stage: Stage) {
    let service = with_an_import(stage.at_system_time()).await;
    let ana = service.sign_in(ANA).await;
    assert!(service.operate(&["user", "list"]).done().contains(ID));
    assert!(service.operate(&["user", "set-role", ID, "service"]).done().contains("service"));
    assert!(service.operate(&["user", "set-metadata", ID, "{\"tier\":\"pro\"}"]).done().contains(ID));
    assert!(service.operate(&["user", "sessions", ID]).done().contains(&ana.sid()));
    service.operate(&["user", "unlock", ID]).done();
    assert_eq!(service.operate(&["user", "revoke", ID]).done(), "1 session ended\n");
    assert!(ana.is_signed_out().await);
    service.operate(&["user", "erase", ID]).done();
    assert_eq!(service.number("SELECT count(*) FROM users"), 0);
    service.operate(&["user", "unlock", "no such id"]).not_done();
}

async fn users_are_listed_by_time_whatever_their_ids(stage: Stage) {
    let service = stage.at_system_time().start().await;
    for (email, id) in [("a@example.org", "zzz"), ("b@example.org", "000"), ("c@example.org", "MMM")] {
        service.register(email).await;
        imported(&service, email, id);
        service.a_moment_passes();
    }
    let listed = service.operate(&["user", "list"]).done();
    let place = |id: &str| listed.find(id).unwrap_or_else(|| panic!("{id} is not in {listed}"));
    assert!(place("MMM") < place("000") && place("000") < place("zzz"), "{listed}");
}

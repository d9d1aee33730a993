//! A ban, typed into the database by hand, counts with the next request.

use crate::{
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Person, Stage},
};
use serde_json::json;
use std::time::Duration;

scenarios![
    ends_every_session_at_once,
    the_right_password_is_told_about_it,
    the_wrong_password_is_told_nothing,
    ends_when_lifted,
    one_that_is_over_does_not_count,
    ends_in_time needs Clock,
    ends_what_was_exchanged_too,
    by_replacing_the_row_it_lasts_too needs Sqlite,
];

const BAN: &str = "UPDATE users SET banned = true, ban_reason = 'spam' WHERE email = 'ana@example.org'";

async fn refused(person: &Person) {
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    let answer = person.client.post("/login", body).await;
    answer.refused("ACCOUNT_BANNED");
    assert!(!answer.cookies().iter().any(|cookie| !cookie.is_cleared()), "{answer}");
}

async fn ends_every_session_at_once(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    assert!(ana.is_signed_in().await);
    service.sql(BAN);
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
    ana.client.post("/profile", json!({ "name": "x" })).await.refused("UNAUTHENTICATED");
    let validated = service.client().post("/validate", json!({ "token": ana.access })).await.ok();
    assert_eq!(validated, json!({ "valid": false, "error": "SESSION_REVOKED" }));
    assert!(ana.is_signed_out().await);
    assert!(bob.is_signed_in().await);
}

async fn the_right_password_is_told_about_it(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql(BAN);
    refused(&ana).await;
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0);
}

async fn the_wrong_password_is_told_nothing(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    service.sql(BAN);
    let body = json!({ "email": "ana@example.org", "password": OTHER_PASSWORD });
    service.client().post("/login", body).await.refused("INVALID_CREDENTIALS");
}

async fn ends_when_lifted(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql(BAN);
    refused(&ana).await;
    service.sql("UPDATE users SET banned = false");
    let again = service.sign_in("ana@example.org").await;
    assert!(again.is_signed_in().await);
    assert!(ana.is_signed_out().await, "what the ban ended stays ended");
}

async fn one_that_is_over_does_not_count(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    service.sql("UPDATE users SET banned = true, ban_expires = 1000");
    assert!(service.sign_in("ana@example.org").await.is_signed_in().await);
}

async fn ends_in_time(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let end = service.now() + 3_600_000;
    service.sql(&format!("UPDATE users SET banned = true, ban_expires = {end}"));
    refused(&ana).await;
    service.advance(Duration::from_secs(3_590));
    refused(&ana).await;
    service.advance(Duration::from_secs(11));
    assert!(service.sign_in("ana@example.org").await.is_signed_in().await);
}

async fn ends_what_was_exchanged_too(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let call = ana.client.post("/session-to-token", json!({})).origin(crate::service::TRUSTED).await;
    let access = crate::shape::text(&call.ok()["accessToken"]);
    service.sql(BAN);
    service.client().get("/session").bearer(&access).await.refused("UNAUTHENTICATED");
}

/// As an import does it, or a tool that writes rows whole, with foreign keys off as they are in SQLite's own shell.
async fn by_replacing_the_row_it_lasts_too(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let database = service.database();
    database.pragma_update(None, "foreign_keys", false).expect("a setting");
    let replace = "CREATE TEMP TABLE banned AS SELECT * FROM users;
                   UPDATE temp.banned SET banned = true;
                   REPLACE INTO users SELECT * FROM temp.banned";
    database.execute_batch(replace).expect("a ban");
    refused(&ana).await;
    service.sql("UPDATE users SET banned = false");
    assert!(ana.is_signed_out().await, "what the ban ended stays ended");
}

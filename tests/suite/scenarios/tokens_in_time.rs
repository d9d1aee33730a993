//! Access tokens whose date says nothing, since it is by another clock: what was shut out stays so.

use crate::{
    jwt::Jwt,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Person, Service, Stage, TRUSTED, guesses::ANA},
    shape,
};
use mana_auth::clock::TestClock;
use serde_json::json;
use std::{sync::Arc, time::Duration};

scenarios![
    of_before_a_change_of_password_however_long_ago needs Clock Sqlite,
    of_a_history_that_was_undone needs Clock Management Sqlite,
    of_a_session_that_ends_sooner needs Clock,
];

/// Another process over the same data, whose clock is half a minute ahead.
async fn ahead(service: &Service) -> Service {
    service.beside(Arc::new(TestClock::new(service.now() + 30_000))).await
}

async fn change_password(person: &Person) {
    let change = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    person.client.post("/change-password", change).await.ok();
}

/// Refused with this code; and why, where it is validated.
async fn is_refused(service: &Service, token: &str, code: &str, why: &str) {
    service.client().get("/session").bearer(token).await.refused(code);
    let validated = service.client().post("/validate", json!({ "token": token })).await;
    assert_eq!(validated.ok()["error"], why);
}

/// So many other changes came after it that its own row was dropped.
async fn of_before_a_change_of_password_however_long_ago(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let there = ahead(&service).await.sign_in(ANA).await;
    let token = there.access.clone();
    service.client().get("/session").bearer(&token).await.ok();
    change_password(&there.before(&service)).await;
    is_refused(&service, &token, "TOKEN_EXPIRED", "TOKEN_EXPIRED").await;
    service.sql(
        "WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < 100100)
         INSERT INTO invalidations (subject) SELECT 'u:' || n FROM others",
    );
    service.tick().await;
    let its_own = format!("SELECT count(*) FROM invalidations WHERE subject = 's:{}'", there.sid());
    assert_eq!(service.number(&its_own), 0);
    is_refused(&service, &token, "TOKEN_EXPIRED", "TOKEN_EXPIRED").await;
}

/// Its number lies ahead of every change that was made since the backup was restored.
async fn of_a_history_that_was_undone(stage: Stage) {
    let mut service = stage.start().await;
    let ana = service.someone().await;
    let backup = service.copy();
    for n in 0..20 {
        service.sql(&format!("UPDATE users SET name = 'Undone {n}'"));
    }
    let ahead = ahead(&service).await;
    let refreshed = ahead.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await;
    let token = shape::text(&refreshed.ok()["accessToken"]);
    ahead.stop().await;
    service.restore(&backup.path()).await;
    change_password(&ana).await;
    is_refused(&service, &token, "UNAUTHENTICATED", "SESSION_REVOKED").await;
}

/// What is told of its validity is what it says itself.
async fn of_a_session_that_ends_sooner(stage: Stage) {
    let stage = stage.with("session_absolute_days", "1").with("token_audiences", "billing");
    let service = stage.start().await;
    let ana = service.someone().await;
    for (left, expected) in [(20 * 60, 900), (10 * 60, 600), (30, 30)] {
        let ends = service.number("SELECT absolute_expires_at FROM sessions");
        let now = i64::try_from(service.now()).expect("a time");
        let until = u64::try_from(ends - now).expect("not ended") - left * 1000;
        service.advance(Duration::from_millis(until));
        let refreshed = ana.client.post("/session-to-token", json!({})).origin(TRUSTED).await.ok();
        assert_eq!(refreshed["expiresIn"], expected);
        let expires = Jwt::parse(&shape::text(&refreshed["accessToken"])).claims["exp"].as_u64();
        assert_eq!(expires.map(|at| at - service.now() / 1000), Some(expected));
        let asked = ana.client.post("/service-token", json!({ "audience": "billing" })).await.ok();
        assert_eq!(asked["expiresIn"], expected.min(60));
        // The exchanged one, so that the next look finds one session.
        service.sql("DELETE FROM sessions WHERE parent_id IS NOT NULL");
    }
}

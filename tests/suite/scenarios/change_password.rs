//! `POST /change-password`

use crate::{
    client::Answer,
    jwt::Jwt,
    runner::{gate::Gate, recorder::Recorder},
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Service, Stage, UNTRUSTED},
    shape,
};
use serde_json::{Value, json};
use std::{future::IntoFuture as _, time::Duration};

scenarios![
    the_new_one_signs_in_and_the_old_one_does_not,
    every_other_session_is_revoked,
    the_surviving_session_gets_a_new_cookie,
    a_bearer_gets_new_tokens,
    the_new_token_is_dated_like_any_other needs Clock,
    a_bearer_who_overlooks_them_goes_on_with_the_old_ones,
    old_and_new_refresh_tokens_together_end_the_session,
    an_old_refresh_token_after_a_new_one_ends_the_session,
    an_old_refresh_token_leads_on_for_a_quarter_of_an_hour needs Clock,
    of_two_changes_the_first_leads_nowhere,
    by_cookie_the_old_refresh_token_leads_nowhere,
    what_was_exchanged_from_it_ends_too,
    a_token_issued_while_the_new_password_is_hashed_is_refused needs Clock Passwords,
    a_role_taken_while_the_new_password_is_hashed_is_in_no_token needs Passwords,
    a_session_cut_short_while_the_new_password_is_hashed_stays_ended needs Passwords,
    a_wrong_current_password_changes_nothing,
    a_weak_new_password_is_refused,
    what_is_missing_is_named,
    nobody_is_signed_in,
    a_foreign_page_changes_nothing,
    is_written_to_the_audit_log,
    what_was_no_guess_is_taken_back needs Passwords,
    one_that_another_overtakes_is_taken_back needs Passwords,
];

fn change() -> Value {
    json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD })
}

async fn the_new_one_signs_in_and_the_old_one_does_not(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    assert_eq!(ana.client.post("/change-password", change()).await.ok(), json!({ "success": true }));
    let old = json!({ "email": "ana@example.org", "password": PASSWORD });
    service.client().post("/login", old).await.refused("INVALID_CREDENTIALS");
    service.sign_in_with(json!({ "email": "ana@example.org", "password": OTHER_PASSWORD })).await;
}

async fn every_other_session_is_revoked(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.register("bob@example.org").await;
    let bob = service.sign_in("bob@example.org").await;
    let other = service.sign_in("ana@example.org").await;
    ana.client.post("/change-password", change()).await.ok();
    assert!(other.is_signed_out().await);
    assert!(bob.is_signed_in().await);
    assert_eq!(ana.client.get("/sessions").await.ok().as_array().map(Vec::len), Some(1));
}

async fn the_surviving_session_gets_a_new_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (name, old) = ana.client.session_cookie();
    let answer = ana.client.post("/change-password", change()).await;
    answer.ok();
    assert_ne!(answer.session_cookie().value, old);
    ana.client.get("/session").await.ok();
    let thief = service.client();
    thief.set_cookie(&name, &old);
    thief.get("/session").await.refused("UNAUTHENTICATED");
    thief.get("/session").without_cookies().bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    thief.post("/refresh", json!({ "refreshToken": ana.refresh })).await.refused("INVALID_REFRESH_TOKEN");
    ana.client.get("/session").await.ok();
}

async fn a_bearer_gets_new_tokens(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let answer = client.post("/change-password", change()).bearer(&ana.access).await;
    let body = answer.ok();
    assert_eq!(body["success"], true);
    assert_eq!(body["expiresIn"], 900);
    assert_eq!(body["tokenType"], "Bearer");
    assert!(!answer.session_cookie().is_cleared());
    client.get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    client.get("/session").bearer(&shape::text(&body["accessToken"])).await.ok();
    client.post("/refresh", json!({ "refreshToken": body["refreshToken"] })).await.ok();
    client.get("/session").await.ok();
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

/// Changes the password by token; the new tokens.
async fn change_by_token(service: &Service, access: &str) -> Value {
    service.client().post("/change-password", change()).bearer(access).await.ok()
}

async fn refresh(service: &Service, token: &str) -> Answer {
    service.client().post("/refresh", json!({ "refreshToken": token })).await
}

/// Clients of today do: they refresh when their token is over.
/// Verifiers that allow for no skew refuse a token from the future.
async fn the_new_token_is_dated_like_any_other(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let answer = service.client().post("/change-password", change()).bearer(&ana.access).await.ok();
    let token = Jwt::parse(&shape::text(&answer["accessToken"]));
    let now = service.now() / 1000;
    assert_eq!(token.claims["iat"], now);
    assert_eq!(token.claims["exp"], now + 900);
    assert_eq!(answer["expiresIn"], 900);
    service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    service.client().post("/logout", json!({})).bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    service.client().get("/session").bearer(&shape::text(&answer["accessToken"])).await.ok();
}

async fn a_bearer_who_overlooks_them_goes_on_with_the_old_ones(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    change_by_token(&service, &ana.access).await;
    service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    let next = refresh(&service, &ana.refresh).await.ok();
    shape::signed_in(&next);
    let (access, successor) = (shape::text(&next["accessToken"]), shape::text(&next["refreshToken"]));
    service.client().get("/session").bearer(&access).await.ok();
    // An answer that was lost is given again, as ever, and the chain goes on.
    assert_eq!(refresh(&service, &ana.refresh).await.ok()["refreshToken"], successor);
    let next = refresh(&service, &successor).await.ok();
    service.client().get("/session").bearer(&shape::text(&next["accessToken"])).await.ok();
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
}

async fn old_and_new_refresh_tokens_together_end_the_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let new = change_by_token(&service, &ana.access).await;
    let next = refresh(&service, &ana.refresh).await.ok();
    refresh(&service, &shape::text(&new["refreshToken"])).await.refused("INVALID_REFRESH_TOKEN");
    refresh(&service, &shape::text(&next["refreshToken"])).await.refused("INVALID_REFRESH_TOKEN");
    let access = shape::text(&next["accessToken"]);
    service.client().get("/session").bearer(&access).await.refused("UNAUTHENTICATED");
    let events = "SELECT count(*) FROM security_events WHERE event_type = 'suspicious_activity'";
    assert_eq!(service.number(events), 1);
}

async fn an_old_refresh_token_after_a_new_one_ends_the_session(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let new = change_by_token(&service, &ana.access).await;
    let next = refresh(&service, &shape::text(&new["refreshToken"])).await.ok();
    refresh(&service, &ana.refresh).await.refused("INVALID_REFRESH_TOKEN");
    let access = shape::text(&next["accessToken"]);
    service.client().get("/session").bearer(&access).await.refused("UNAUTHENTICATED");
}

async fn an_old_refresh_token_leads_on_for_a_quarter_of_an_hour(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for (minutes, leads_on) in [(14, true), (16, false)] {
        let ana = service.sign_in("ana@example.org").await;
        let same = json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD });
        service.client().post("/change-password", same).bearer(&ana.access).await.ok();
        service.advance(Duration::from_secs(60 * minutes));
        assert_eq!(refresh(&service, &ana.refresh).await.status == 200, leads_on, "after {minutes} minutes");
        let sessions = service.number("SELECT count(*) FROM sessions");
        assert_eq!(sessions, i64::from(leads_on), "later, somebody has a copy");
    }
}

async fn of_two_changes_the_first_leads_nowhere(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let new = change_by_token(&service, &ana.access).await;
    let back = json!({ "currentPassword": OTHER_PASSWORD, "newPassword": PASSWORD });
    let access = shape::text(&new["accessToken"]);
    service.client().post("/change-password", back).bearer(&access).await.ok();
    // The second leads on.
    let next = refresh(&service, &shape::text(&new["refreshToken"])).await.ok();
    refresh(&service, &ana.refresh).await.refused("INVALID_REFRESH_TOKEN");
    refresh(&service, &shape::text(&next["refreshToken"])).await.refused("INVALID_REFRESH_TOKEN");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 0, "it was a copy");
}

/// Its client needs none: whoever has it may be the one that the new password shuts out.
async fn by_cookie_the_old_refresh_token_leads_nowhere(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.post("/change-password", change()).await.ok();
    refresh(&service, &ana.refresh).await.refused("INVALID_REFRESH_TOKEN");
    ana.client.get("/session").await.ok();
}

/// Whoever stole a token that was exchanged from the surviving session is out as well.
async fn what_was_exchanged_from_it_ends_too(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let call = ana.client.post("/session-to-token", json!({})).origin(crate::service::TRUSTED).await;
    let child = call.ok();
    ana.client.post("/change-password", change()).await.ok();
    let refresh = service.client().post("/refresh", json!({ "refreshToken": child["refreshToken"] })).await;
    refresh.refused("INVALID_REFRESH_TOKEN");
    let access = shape::text(&child["accessToken"]);
    service.client().get("/session").bearer(&access).await.refused("UNAUTHENTICATED");
}

async fn a_token_issued_while_the_new_password_is_hashed_is_refused(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    let ana = service.someone().await;
    gate.close();
    let changing = ana.client.post("/change-password", change()).into_future();
    let thief = service.client();
    let stealing = async {
        gate.someone_waits().await;
        service.advance(Duration::from_secs(5));
        let stolen = thief.post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
        gate.open();
        shape::text(&stolen["accessToken"])
    };
    let (answer, stolen) = futures::join!(changing, stealing);
    answer.ok();
    thief.get("/session").bearer(&stolen).await.refused("TOKEN_EXPIRED");
    ana.client.get("/session").await.ok();
}

/// Changes the password by token, and something else by hand once the hash has begun.
async fn changed_beside(stage: Stage, sql: &str) -> (Service, Answer) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    service.register("ana@example.org").await;
    service.sql("UPDATE users SET role = 'admin'");
    let ana = service.sign_in("ana@example.org").await;
    gate.close();
    let client = service.client();
    let changing = client.post("/change-password", change()).bearer(&ana.access).into_future();
    let meanwhile = async {
        gate.someone_waits().await;
        assert_eq!(service.sql(sql), 1);
        gate.open();
    };
    let (answer, ()) = futures::join!(changing, meanwhile);
    (service, answer)
}

async fn a_role_taken_while_the_new_password_is_hashed_is_in_no_token(stage: Stage) {
    let (service, answer) = changed_beside(stage, "UPDATE users SET role = 'user'").await;
    let token = answer.ok()["accessToken"].clone();
    let client = service.client();
    for _ in 0..2 {
        let payload = client.post("/validate", json!({ "token": token })).await.ok()["payload"].clone();
        assert_eq!(payload["role"], "user");
        let user = client.get("/session").bearer(&shape::text(&token)).await.ok()["user"].clone();
        assert_eq!(user["role"], "user");
    }
}

async fn a_session_cut_short_while_the_new_password_is_hashed_stays_ended(stage: Stage) {
    let (_service, answer) = changed_beside(stage, "UPDATE sessions SET expires_at = 1").await;
    answer.refused("UNAUTHENTICATED");
}

async fn a_wrong_current_password_changes_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let other = service.sign_in("ana@example.org").await;
    let body = json!({ "currentPassword": "not the right password", "newPassword": OTHER_PASSWORD });
    ana.client.post("/change-password", body).await.refused("INVALID_CREDENTIALS");
    assert!(other.is_signed_in().await);
    assert!(ana.is_signed_in().await);
    service.sign_in("ana@example.org").await;
}

async fn a_weak_new_password_is_refused(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for weak in ["short", "password1234", "ana@example.org", &"x".repeat(257)] {
        let body = json!({ "currentPassword": PASSWORD, "newPassword": weak });
        ana.client.post("/change-password", body).await.names("newPassword");
    }
    service.sign_in("ana@example.org").await;
}

async fn what_is_missing_is_named(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client
        .post("/change-password", json!({ "newPassword": OTHER_PASSWORD }))
        .await
        .names("currentPassword");
    ana.client.post("/change-password", json!({ "currentPassword": PASSWORD })).await.names("newPassword");
}

async fn nobody_is_signed_in(stage: Stage) {
    let service = stage.start().await;
    service.client().post("/change-password", change()).await.refused("UNAUTHENTICATED");
}

async fn a_foreign_page_changes_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.post("/change-password", change()).origin(UNTRUSTED).await.refused("FORBIDDEN");
    service.sign_in("ana@example.org").await;
}

async fn is_written_to_the_audit_log(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.post("/change-password", change()).await.ok();
    assert_eq!(
        service.number("SELECT count(*) FROM security_events WHERE event_type = 'password_change'"),
        1
    );
}

/// How many attempts are still to be decided.
const RESERVED: &str = "SELECT count(*) FROM reservations";

async fn what_was_no_guess_is_taken_back(stage: Stage) {
    let gate = Gate::new();
    let service = stage.gated(&gate).start().await;
    let ana = service.someone().await;
    gate.refuse();
    for _ in 0..8 {
        ana.client.post("/change-password", change()).await.refused("OVERLOADED");
        assert_eq!(service.number(RESERVED), 0);
    }
    gate.open();
    let weak = json!({ "currentPassword": PASSWORD, "newPassword": "password1234" });
    for _ in 0..8 {
        ana.client.post("/change-password", weak.clone()).await.names("newPassword");
        assert_eq!(service.number(RESERVED), 0);
    }
    ana.client.post("/change-password", change()).await.ok();
}

async fn one_that_another_overtakes_is_taken_back(stage: Stage) {
    let recorder = Recorder::new();
    let service = stage.recorded(&recorder).start().await;
    let ana = service.someone().await;
    let (client, other) = (service.client(), service.client());
    recorder.hold.next("UPDATE accounts SET password");
    let first = async {
        recorder.hold.someone_waits().await;
        other.post("/change-password", change()).bearer(&ana.access).await.ok();
        recorder.hold.release();
    };
    let overtaken = client.post("/change-password", change()).bearer(&ana.access).into_future();
    let (answer, ()) = futures::join!(overtaken, first);
    answer.refused("INVALID_CREDENTIALS");
    assert_eq!(service.number(RESERVED), 0);
}

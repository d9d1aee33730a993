//! `POST /logout`

use crate::{
    client::Answer,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Stage, TRUSTED, UNTRUSTED},
};
use serde_json::json;

scenarios![
    by_cookie,
    by_access_token,
    by_refresh_token,
    repeating_it_is_harmless,
    without_anything_is_harmless,
    ends_no_other_session,
    a_foreign_page_cannot_sign_anyone_out,
    a_foreign_page_cannot_clear_the_cookie,
    an_access_token_that_a_new_password_left_behind_ends_nothing,
    is_written_to_the_trail,
];

fn is_done(answer: &Answer) {
    let body = answer.ok();
    crate::shape::members(&body, &["success", "message"]);
    assert_eq!(body["success"], true);
}

async fn by_cookie(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (name, value) = ana.client.session_cookie();
    let answer = ana.client.post("/logout", json!({})).await;
    is_done(&answer);
    assert!(answer.session_cookie().is_cleared(), "{answer}");
    assert_eq!(answer.session_cookie().value, "");
    ana.client.set_cookie(&name, &value);
    assert!(ana.is_signed_out().await);
}

async fn by_access_token(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    is_done(&service.client().post("/logout", json!({})).bearer(&ana.access).await);
    assert!(ana.is_signed_out().await);
}

async fn by_refresh_token(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    is_done(&service.client().post("/logout", json!({ "refreshToken": ana.refresh })).await);
    assert!(ana.is_signed_out().await);
}

async fn repeating_it_is_harmless(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (name, value) = ana.client.session_cookie();
    for _ in 0..3 {
        ana.client.set_cookie(&name, &value);
        is_done(&ana.client.post("/logout", json!({})).await);
        is_done(&service.client().post("/logout", json!({})).bearer(&ana.access).await);
        is_done(&service.client().post("/logout", json!({ "refreshToken": ana.refresh })).await);
    }
    assert!(ana.is_signed_out().await);
}

async fn without_anything_is_harmless(stage: Stage) {
    let service = stage.start().await;
    let client = service.client();
    is_done(&client.post("/logout", json!({})).await);
    is_done(&client.call(http::Method::POST, "/api/v1/auth/logout").await);
    is_done(&client.post("/logout", json!({ "refreshToken": "nothing-that-was-ever-issued" })).await);
    is_done(&client.post("/logout", json!({})).bearer("nothing-that-was-ever-issued").await);
}

async fn ends_no_other_session(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let one = service.sign_in("ana@example.org").await;
    let other = service.sign_in("ana@example.org").await;
    is_done(&one.client.post("/logout", json!({})).await);
    assert!(other.is_signed_in().await);
    assert!(one.is_signed_out().await);
    other.client.post("/refresh", json!({ "refreshToken": other.refresh })).await.ok();
}

async fn a_foreign_page_cannot_sign_anyone_out(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for origin in [UNTRUSTED, "null"] {
        ana.client.post("/logout", json!({})).origin(origin).await.refused("FORBIDDEN");
    }
    ana.client.post("/logout", json!({})).without_origin().await.refused("FORBIDDEN");
    assert!(ana.is_signed_in().await);
    is_done(&ana.client.post("/logout", json!({})).origin(TRUSTED).await);
    assert!(ana.is_signed_out().await);
}

/// Browsers leave a Lax cookie out of a foreign page's request, but would obey an answer that clears it.
async fn a_foreign_page_cannot_clear_the_cookie(stage: Stage) {
    let service = stage.start().await;
    for origin in [UNTRUSTED, "null"] {
        let answer = service.client().call(http::Method::POST, "/api/v1/auth/logout").origin(origin).await;
        answer.refused("FORBIDDEN");
        assert!(answer.cookies().is_empty(), "{answer}");
    }
}

async fn an_access_token_that_a_new_password_left_behind_ends_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let change = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
    ana.client.post("/change-password", change).await.ok();
    is_done(&service.client().post("/logout", json!({})).bearer(&ana.access).await);
    ana.client.get("/session").await.ok();
}

async fn is_written_to_the_trail(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    is_done(&ana.client.post("/logout", json!({})).await);
    is_done(&service.client().post("/logout", json!({})).bearer(&ana.access).await);
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE event_type = 'logout'"), 1);
}

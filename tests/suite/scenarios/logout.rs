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
    a_cookie_counts_beside_a_scheme_that_is_not_ours,
    a_cookie_counts_beside_a_token_of_another_session,
    a_token_needs_no_origin_but_the_cookie_beside_it_does,
    an_app_with_cookies_of_the_same_session_needs_no_origin,
    a_token_for_another_service_ends_nothing,
    a_bearer_credential_that_is_none_ends_nothing,
    an_odd_body_is_no_reason_to_refuse,
    a_refresh_token_is_read_from_an_odd_body,
    a_refresh_token_that_can_not_be_read_is_not_passed_over,
    several_tokens_in_one_field_end_nothing,
    a_token_of_a_key_that_was_revoked_ends_nothing,
    a_token_that_nobody_signed_ends_nothing,
    a_token_of_another_public_url_ends_nothing needs Start,
    is_written_to_the_audit_log,
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
    let bob = service.someone_else().await;
    is_done(&service.client().post("/logout", json!({})).bearer(&bob.refresh).await);
    assert!(bob.is_signed_out().await);
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
    let (name, value) = ana.client.session_cookie();
    service.client().post("/logout", json!({})).bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    ana.client.get("/session").await.ok();
    // Together with the cookie of the same session it is done.
    is_done(&ana.client.post("/logout", json!({})).bearer(&ana.access).await);
    ana.client.set_cookie(&name, &value);
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
}

/// A proxy before a staging site has people sign in to itself.
async fn a_cookie_counts_beside_a_scheme_that_is_not_ours(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for scheme in
        ["Basic c3RhZ2luZzpzdGFnaW5n", "Digest username=\"x\"", "Negotiate abc", "basic", "Bearerish x"]
    {
        let ana = service.sign_in("ana@example.org").await;
        let (name, value) = ana.client.session_cookie();
        ana.client.get("/session").header("authorization", scheme).await.ok();
        ana.client.get("/sessions").header("authorization", scheme).await.ok();
        let foreign = ana.client.post("/logout", json!({})).header("authorization", scheme).origin(UNTRUSTED);
        foreign.await.refused("FORBIDDEN");
        let answer = ana.client.post("/logout", json!({})).header("authorization", scheme).await;
        is_done(&answer);
        assert!(answer.session_cookie().is_cleared(), "{answer}");
        ana.client.set_cookie(&name, &value);
        assert!(ana.is_signed_out().await, "{scheme}");
    }
}

async fn a_cookie_counts_beside_a_token_of_another_session(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for shown in 0..2 {
        let one = service.sign_in("ana@example.org").await;
        let other = service.sign_in("ana@example.org").await;
        let (name, value) = one.client.session_cookie();
        let token = [&other.access, "nothing-that-was-ever-issued"];
        is_done(&one.client.post("/logout", json!({})).bearer(token[shown]).await);
        one.client.set_cookie(&name, &value);
        assert!(one.is_signed_out().await);
        assert_eq!(other.is_signed_out().await, shown == 0);
    }
}

async fn a_token_needs_no_origin_but_the_cookie_beside_it_does(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let one = service.sign_in("ana@example.org").await;
    let other = service.sign_in("ana@example.org").await;
    let answer = one.client.post("/logout", json!({})).bearer(&other.access).origin(UNTRUSTED).await;
    answer.refused("FORBIDDEN");
    assert!(answer.cookies().is_empty(), "{answer}");
    assert!(one.is_signed_in().await, "a page that is not trusted ends nothing by cookie");
    assert!(other.is_signed_out().await, "who holds a token may end its session from anywhere");
}

async fn an_app_with_cookies_of_the_same_session_needs_no_origin(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    is_done(&ana.client.post("/logout", json!({})).bearer(&ana.access).without_origin().await);
    assert!(ana.is_signed_out().await);
}

async fn a_token_for_another_service_ends_nothing(stage: Stage) {
    let service = stage.with("token_audiences", "billing").start().await;
    let ana = service.someone().await;
    let call =
        service.client().post("/service-token", json!({ "audience": "billing" })).bearer(&ana.access).await;
    let token = crate::shape::text(&call.ok()["token"]);
    service.client().post("/logout", json!({})).bearer(&token).await.refused("UNAUTHENTICATED");
    let client = service.client();
    let twice = client.post("/logout", json!({})).bearer(&ana.access).bearer(&ana.access);
    twice.await.refused("UNAUTHENTICATED");
    assert!(ana.is_signed_in().await);
}

/// It names somebody, and not in the one way that counts: an answer that it is done would be believed.
async fn a_bearer_credential_that_is_none_ends_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let token = &ana.access;
    for fields in [
        vec![format!("Bearer {token}"), format!("Bearer {token}")],
        vec![format!("Bearer {token}"), format!("bearer {token}")],
        vec![format!("Bearer\t{token}")],
        vec![format!("Bearer\t {token}")],
        vec!["Bearer".to_owned()],
    ] {
        let client = service.client();
        let call = fields
            .iter()
            .fold(client.post("/logout", json!({})), |call, field| call.header("authorization", field));
        call.await.refused("UNAUTHENTICATED");
        assert!(ana.is_signed_in().await, "{} fields", fields.len());
    }
}

async fn an_odd_body_is_no_reason_to_refuse(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for (content_type, body) in [
        ("application/json", "null"),
        ("application/json", "[]"),
        ("application/json", "{"),
        ("application/json", r#"{"refreshToken":7}"#),
        ("application/json", r#"{"refreshToken":null}"#),
        ("application/json", r#"{"a":1,"a":1e999,"b":"\ud83d"}"#),
        ("application/json; charset=latin1", "\u{fffd}"),
        ("application/x-www-form-urlencoded", "a=b"),
        ("text/plain", "bye"),
        ("multipart/form-data", ""),
    ] {
        let ana = service.sign_in("ana@example.org").await;
        let (name, value) = ana.client.session_cookie();
        let call = ana.client.call(http::Method::POST, "/api/v1/auth/logout");
        is_done(&call.body(content_type, body).await);
        ana.client.set_cookie(&name, &value);
        assert!(ana.is_signed_out().await, "{content_type}: {body}");
    }
}

async fn a_refresh_token_is_read_from_an_odd_body(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    for (content_type, with) in [
        // As `navigator.sendBeacon` sends it.
        ("text/plain;charset=UTF-8", r#"{"refreshToken":"?"}"#),
        ("application/json", r#"{"refreshToken":"?","x":1e999,"y":["\ud83d"]}"#),
        ("application/json", "\u{feff}{\"refreshToken\":\"?\"}"),
    ] {
        let ana = service.sign_in("ana@example.org").await;
        let client = service.client();
        let call = client.call(http::Method::POST, "/api/v1/auth/logout");
        is_done(&call.body(content_type, with.replace('?', &ana.refresh)).await);
        assert!(ana.is_signed_out().await, "{content_type}: {with}");
    }
}

async fn a_refresh_token_that_can_not_be_read_is_not_passed_over(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for body in [
        r#"{"refreshToken":"?","refreshToken":"?"}"#,
        r#"{"refreshToken":"?","\u0072efreshToken":"?"}"#,
        r#"{"refreshToken":null,"refreshToken":"?"}"#,
        r#"{"refreshToken":"?""#,
        r#"{"refreshToken":"?"}{}"#,
        "refreshToken=?",
        r#"{"refresh\u0054oken":"?",}"#,
        r#"{"refreshToken":["?"]}"#,
        "{\0\"\0r\0e\0f\0",
    ] {
        let body = body.replace('?', &ana.refresh);
        let answer =
            ana.client.call(http::Method::POST, "/api/v1/auth/logout").body("application/json", body.clone());
        answer.await.names("refreshToken");
        assert!(ana.is_signed_in().await, "{body}");
    }
    let encoded = ana.client.post("/logout", json!({ "refreshToken": ana.refresh }));
    encoded.header("content-encoding", "gzip").await.refused("UNSUPPORTED_MEDIA_TYPE");
    assert!(ana.is_signed_in().await);
    is_done(&ana.client.post("/logout", json!({ "refreshToken": format!("{}\n", ana.refresh) })).await);
    assert!(ana.is_signed_out().await);
}

async fn several_tokens_in_one_field_end_nothing(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let one = service.sign_in("ana@example.org").await;
    let other = service.sign_in("ana@example.org").await;
    let (a, b) = (&one.access, &other.access);
    for field in [
        format!("Bearer {a}, Bearer {b}"),
        format!("Bearer {a},Bearer {b}"),
        format!("Bearer {a}, {b}"),
        format!("Bearer {a} {b}"),
        format!("Basic c3RhZ2luZw==, Bearer {b}"),
        format!("bearer\t{a},BEARER\t{b}"),
    ] {
        let client = service.client();
        client.post("/logout", json!({})).header("authorization", &field).await.refused("UNAUTHENTICATED");
        client.get("/session").header("authorization", &field).await.refused("UNAUTHENTICATED");
        assert!(one.is_signed_in().await && other.is_signed_in().await);
    }
}

/// Whoever stole the key may name any session; and its owner shall not take it for ended.
async fn a_token_of_a_key_that_was_revoked_ends_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (name, value) = ana.client.session_cookie();
    let revoked = service.sql("UPDATE jwks SET revoked_at = 1");
    assert!(revoked > 0);
    service.client().post("/logout", json!({})).bearer(&ana.access).await.refused("UNAUTHENTICATED");
    ana.client.get("/session").await.ok();
    // Together with the cookie of the same session it is done.
    is_done(&ana.client.post("/logout", json!({})).bearer(&ana.access).await);
    ana.client.set_cookie(&name, &value);
    ana.client.get("/session").await.refused("UNAUTHENTICATED");
    is_done(&service.client().post("/logout", json!({})).bearer(&ana.access).await);
}

async fn a_token_that_nobody_signed_ends_nothing(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let (signed, _) = ana.access.rsplit_once('.').expect("a token");
    let forged = format!("{signed}.{}", "A".repeat(86));
    // Nor does one of a key that is published no more, of which nobody can tell it.
    service.client().post("/logout", json!({})).bearer(&forged).await.refused("UNAUTHENTICATED");
    assert!(ana.is_signed_in().await);
    is_done(&service.client().post("/logout", json!({})).bearer(&ana.access).await);
    is_done(&service.client().post("/logout", json!({})).bearer(&forged).await);
}

async fn a_token_of_another_public_url_ends_nothing(stage: Stage) {
    let mut service = stage.with("audience", "mana").start().await;
    let ana = service.someone().await;
    service.restart_with("public_url", "http://localhost:3003").await;
    service.client().post("/logout", json!({})).bearer(&ana.access).await.refused("UNAUTHENTICATED");
    assert_eq!(service.number("SELECT count(*) FROM sessions"), 1);
}

async fn is_written_to_the_audit_log(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    is_done(&ana.client.post("/logout", json!({})).await);
    is_done(&service.client().post("/logout", json!({})).bearer(&ana.access).await);
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE event_type = 'logout'"), 1);
}

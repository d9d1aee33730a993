//! `POST /validate`

use crate::{
    client::Client,
    jwt::{Jwt, tampered, with_header},
    scenarios,
    service::Stage,
};
use serde_json::json;

scenarios![
    a_valid_token_says_who,
    what_is_no_token_is_invalid,
    a_changed_token_is_invalid,
    another_header_is_invalid,
    a_signed_out_token_is_revoked,
    a_token_that_no_longer_tells_the_truth_is_over,
    what_is_missing_is_named,
    an_audience_is_replaced_while_tokens_of_both_are_good,
    tokens_may_name_the_whole_audience,
    needs_no_sign_in,
    how_many_were_refused_is_written_at_the_end needs Start,
];

async fn refusal(client: &Client, token: &str) -> String {
    let body = client.post("/validate", json!({ "token": token })).await.ok();
    crate::shape::members(&body, &["valid", "error"]);
    assert_eq!(body["valid"], false);
    crate::shape::text(&body["error"])
}

async fn a_valid_token_says_who(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let body = service.client().post("/validate", json!({ "token": ana.access })).await.ok();
    crate::shape::members(&body, &["valid", "payload"]);
    assert_eq!(body["valid"], true);
    assert_eq!(body["payload"], Jwt::parse(&ana.access).claims);
}

async fn an_audience_is_replaced_while_tokens_of_both_are_good(stage: Stage) {
    let mut service = stage.with("audience", "old").start().await;
    let ana = service.someone().await;
    assert_eq!(Jwt::parse(&ana.access).claims["aud"], "old");
    service.restart_with("audience", "new, old").await;
    let later = service.sign_in("ana@example.org").await;
    assert_eq!(Jwt::parse(&later.access).claims["aud"], "new");
    for token in [&ana.access, &later.access] {
        let body = service.client().post("/validate", json!({ "token": token })).await.ok();
        assert_eq!(body["valid"], true);
        service.client().get("/session").bearer(token).await.ok();
    }
    service.restart_with("audience", "new").await;
    assert_eq!(refusal(&service.client(), &ana.access).await, "TOKEN_INVALID");
    service.client().get("/session").bearer(&later.access).await.ok();
}

async fn tokens_may_name_the_whole_audience(stage: Stage) {
    let stage = stage.with("audience", "api, shop").with("audience_all", "true");
    let mut service = stage.with("token_audiences", "billing").start().await;
    let ana = service.someone().await;
    assert_eq!(Jwt::parse(&ana.access).claims["aud"], json!(["api", "shop"]));
    let body = service.client().post("/validate", json!({ "token": ana.access })).await.ok();
    assert_eq!(body["payload"]["aud"], json!(["api", "shop"]));
    service.client().get("/session").bearer(&ana.access).await.ok();
    // A token for a service is for that service alone.
    let ticket = ana.client.post("/service-token", json!({ "audience": "billing" })).await.ok();
    assert_eq!(Jwt::parse(&crate::shape::text(&ticket["token"])).claims["aud"], "billing");
    // Whoever is named second accepts it, too; whoever was not named does not.
    service.restart_with("audience", "shop").await;
    service.client().get("/session").bearer(&ana.access).await.ok();
    assert_eq!(Jwt::parse(&service.sign_in("ana@example.org").await.access).claims["aud"], "shop");
    service.client().post("/logout", json!({})).bearer(&ana.access).await.ok();
    service.restart_with("audience", "else").await;
    assert_eq!(refusal(&service.client(), &ana.access).await, "TOKEN_INVALID");
}

async fn what_is_no_token_is_invalid(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    let long = format!("{}.{}", ana.access, "A".repeat(5000));
    let padded = format!("{}=", ana.access);
    for token in ["", ".", "..", "a.b.c", "null", &ana.refresh, &long, &padded, &format!(" {}", ana.access)] {
        assert_eq!(refusal(&client, token).await, "TOKEN_INVALID", "{token}");
    }
    assert_eq!(refusal(&client, &ana.access[..ana.access.len() - 1]).await, "TOKEN_INVALID");
}

async fn a_changed_token_is_invalid(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    for part in 0..3 {
        assert_eq!(
            refusal(&service.client(), &tampered(&ana.access, part)).await,
            "TOKEN_INVALID",
            "part {part}"
        );
    }
    service.client().get("/session").bearer(&tampered(&ana.access, 1)).await.refused("UNAUTHENTICATED");
}

async fn another_header_is_invalid(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let own = Jwt::parse(&ana.access).header;
    let key = service.jwks().await["keys"][0].clone();
    for changed in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "eddsa" }),
        json!({ "typ": "at+jwt" }),
        json!({ "kid": "../../etc/passwd" }),
        json!({ "kid": null }),
        json!({ "jwk": key }),
        json!({ "jku": "https://evil.example/jwks.json" }),
        json!({ "crit": ["exp"] }),
    ] {
        let mut header = own.clone();
        for (name, value) in changed.as_object().expect("an object") {
            header[name] = value.clone();
        }
        let token = with_header(&ana.access, &header);
        assert_eq!(refusal(&service.client(), &token).await, "TOKEN_INVALID", "{changed}");
    }
    let unsigned = format!("{}.", ana.access.rsplit_once('.').expect("a token").0);
    assert_eq!(refusal(&service.client(), &unsigned).await, "TOKEN_INVALID");
}

async fn a_signed_out_token_is_revoked(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.post("/logout", json!({})).await.ok();
    assert_eq!(refusal(&service.client(), &ana.access).await, "SESSION_REVOKED");
}

async fn a_token_that_no_longer_tells_the_truth_is_over(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.sql("UPDATE users SET role = 'admin'");
    assert_eq!(refusal(&service.client(), &ana.access).await, "TOKEN_EXPIRED");
    service.client().get("/session").bearer(&ana.access).await.refused("TOKEN_EXPIRED");
    let next = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    let access = crate::shape::text(&next["accessToken"]);
    assert_eq!(Jwt::parse(&access).claims["role"], "admin");
    service.client().get("/session").bearer(&access).await.ok();
}

async fn what_is_missing_is_named(stage: Stage) {
    let service = stage.start().await;
    service.client().post("/validate", json!({})).await.names("token");
    service.client().post("/validate", json!({ "token": 7 })).await.names("token");
}

async fn needs_no_sign_in(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    let client = service.client();
    client.set_cookie("mana_session", "nothing");
    let answer = client.post("/validate", json!({ "token": ana.access })).without_origin().await;
    assert_eq!(answer.ok()["valid"], true);
}

/// They are counted in memory, and an instance may end before a minute is over.
async fn how_many_were_refused_is_written_at_the_end(stage: Stage) {
    let mut service = stage.start().await;
    for _ in 0..3 {
        refusal(&service.client(), "never-issued").await;
    }
    service.restart().await;
    let written = "SELECT sum(CAST(json_extract(metadata, '$.count') AS bigint)) FROM security_events
                   WHERE event_type = 'token_validation_failure'";
    assert_eq!(service.number(written), 3);
}

//! `POST /service-token`: a short-lived token for one other service alone.

use crate::{
    jwt::Jwt,
    scenarios,
    service::{PUBLIC_URL, Stage, UNTRUSTED},
    shape,
};
use serde_json::{Value, json};

scenarios![
    is_for_that_service_alone,
    by_access_token,
    an_unknown_audience_is_refused,
    what_is_missing_is_named,
    without_audiences_nothing_is_issued,
    nobody_is_signed_in,
    a_foreign_page_gets_none,
];

const SHOP: &str = "https://shop.example";

fn check(body: &Value) -> Jwt {
    shape::members(body, &["token", "expiresIn", "user"]);
    assert_eq!(body["expiresIn"], 60);
    let token = Jwt::parse(&shape::text(&body["token"]));
    assert_eq!(token.claims["aud"], SHOP);
    assert_eq!(token.claims["iss"], PUBLIC_URL);
    let (issued, expires) = (token.claims["iat"].as_u64(), token.claims["exp"].as_u64());
    assert_eq!(expires.zip(issued).map(|(expires, issued)| expires - issued), Some(60));
    token
}

async fn is_for_that_service_alone(stage: Stage) {
    let service = stage.with("token_audiences", &format!("{SHOP},https://mail.example")).start().await;
    let ana = service.someone().await;
    let body = ana.client.post("/service-token", json!({ "audience": SHOP })).await.ok();
    let token = check(&body);
    assert_eq!(token.claims["sub"], ana.user["id"]);
    assert_eq!(body["user"], ana.user);
    assert!(token.is_signed_by(&service.jwks().await));
    // An app that was handed it can't act on the account.
    let raw = shape::text(&body["token"]);
    service.client().get("/session").bearer(&raw).await.refused("UNAUTHENTICATED");
    service
        .client()
        .delete("/account")
        .bearer(&raw)
        .json(&json!({ "password": "x" }))
        .await
        .refused("UNAUTHENTICATED");
    let validated = service.client().post("/validate", json!({ "token": raw })).await.ok();
    assert_eq!(validated["valid"], false);
}

async fn by_access_token(stage: Stage) {
    let service = stage.with("token_audiences", SHOP).start().await;
    let ana = service.someone().await;
    let call = service.client().post("/service-token", json!({ "audience": SHOP })).bearer(&ana.access).await;
    check(&call.ok());
}

async fn an_unknown_audience_is_refused(stage: Stage) {
    let service = stage.with("token_audiences", SHOP).start().await;
    let ana = service.someone().await;
    for audience in ["https://evil.example", "", "https://shop.example/", PUBLIC_URL, "HTTPS://SHOP.EXAMPLE"]
    {
        ana.client.post("/service-token", json!({ "audience": audience })).await.names("audience");
    }
}

async fn what_is_missing_is_named(stage: Stage) {
    let service = stage.with("token_audiences", SHOP).start().await;
    let ana = service.someone().await;
    ana.client.post("/service-token", json!({})).await.names("audience");
    ana.client.post("/service-token", json!({ "audience": [SHOP] })).await.names("audience");
}

async fn without_audiences_nothing_is_issued(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    ana.client.post("/service-token", json!({ "audience": SHOP })).await.names("audience");
}

async fn nobody_is_signed_in(stage: Stage) {
    let service = stage.with("token_audiences", SHOP).start().await;
    service.client().post("/service-token", json!({ "audience": SHOP })).await.refused("UNAUTHENTICATED");
}

async fn a_foreign_page_gets_none(stage: Stage) {
    let service = stage.with("token_audiences", SHOP).start().await;
    let ana = service.someone().await;
    let call = ana.client.post("/service-token", json!({ "audience": SHOP })).origin(UNTRUSTED).await;
    call.refused("FORBIDDEN");
}

//! Uses the auth service through the typed client: a function call, with types instead of statuses and JSON.

#![cfg(target_family = "wasm")]

mod bindings;

use bindings::{
    audit_log::{self, Event},
    sessions_read::{Refusal, validate},
};
use spin_sdk::{
    http::{IntoResponse, Method, Request, StatusCode},
    http_service,
};

#[http_service]
async fn who(request: Request) -> impl IntoResponse {
    let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let Some(token) = authorization.and_then(|value| value.strip_prefix("Bearer ")) else {
        return (StatusCode::UNAUTHORIZED, "please send an access token\n".to_owned());
    };
    match validate(token.to_owned()).await {
        Ok(claims) if request.method() == Method::POST => record(claims.sub).await,
        Ok(claims) => (StatusCode::OK, format!("{} is {} ({})\n", claims.sub, claims.email, claims.role)),
        Err(Refusal::Invalid) => (StatusCode::UNAUTHORIZED, "this is no valid token\n".to_owned()),
        Err(Refusal::Expired) => (StatusCode::UNAUTHORIZED, "this token is over\n".to_owned()),
        Err(Refusal::Revoked) => (StatusCode::UNAUTHORIZED, "this session has ended\n".to_owned()),
        // Nothing can be said. Treat it as a refusal.
        Err(Refusal::Unavailable | Refusal::Internal) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the auth service does not answer\n".to_owned())
        }
    }
}

/// Appends to the audit log, under the source that the operator gave this app.
async fn record(user: String) -> (StatusCode, String) {
    let event = Event {
        event_type: "example.order_placed".to_owned(),
        user_id: Some(user),
        ip_address: None,
        user_agent: None,
        metadata: r#"{"order":17}"#.to_owned(),
    };
    match audit_log::record(event).await {
        Ok(id) => (StatusCode::OK, format!("recorded as {id}\n")),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not recorded\n".to_owned()),
    }
}

//! Uses the auth service through the typed client: a function call, with types instead of statuses and JSON.

#![cfg(target_family = "wasm")]

mod bindings;

use bindings::sessions_read::{Refusal, validate};
use spin_sdk::{
    http::{IntoResponse, Request, StatusCode},
    http_service,
};

#[http_service]
async fn who(request: Request) -> impl IntoResponse {
    let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let Some(token) = authorization.and_then(|value| value.strip_prefix("Bearer ")) else {
        return (StatusCode::UNAUTHORIZED, "please send an access token\n".to_owned());
    };
    match validate(token.to_owned()).await {
        Ok(claims) => (StatusCode::OK, format!("{} is {} ({})\n", claims.sub, claims.email, claims.role)),
        Err(Refusal::Invalid) => (StatusCode::UNAUTHORIZED, "this is no valid token\n".to_owned()),
        Err(Refusal::Revoked) => (StatusCode::UNAUTHORIZED, "this session has ended\n".to_owned()),
        // Nothing can be said. Treat it as a refusal.
        Err(Refusal::Unavailable) => {
            (StatusCode::SERVICE_UNAVAILABLE, "the auth service does not answer\n".to_owned())
        }
    }
}

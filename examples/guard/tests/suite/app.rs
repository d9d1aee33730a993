//! An app behind a guard, and somebody who asks it.

use axum::{Json, Router, body::Body, routing::get};
use http::{HeaderMap, Request, StatusCode, header::AUTHORIZATION};
use mana_auth_example_guard::{Claims, Guard};
use serde_json::Value;
use tower::ServiceExt as _;

/// One handler that asks who it is, and one that is guarded without asking.
pub fn app(guard: &Guard) -> Router {
    Router::new()
        .route("/me", get(async |claims: Claims| Json(claims)))
        .route("/inside", get(async || "inside").route_layer(guard.clone()))
        .with_state(guard.clone())
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The status and the challenge, as RFC 6750 §3 has it.
    pub fn verdict(&self) -> (u16, &str) {
        let challenge = self.headers.get("www-authenticate").and_then(|value| value.to_str().ok());
        (self.status.as_u16(), challenge.unwrap_or_default())
    }
}

/// What is said to a token that is refused.
pub const INVALID: (u16, &str) = (401, r#"Bearer error="invalid_token""#);
/// What is said where nothing can be said.
pub const UNAVAILABLE: (u16, &str) = (503, "");

/// A request with these `Authorization` fields.
pub async fn request(app: Router, path: &str, authorization: &[&str]) -> Answer {
    let mut request = Request::get(path).header("host", "localhost");
    for field in authorization {
        request = request.header(AUTHORIZATION, *field);
    }
    let response = app.oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let body = String::from_utf8(body.into()).expect("text");
    Answer { status: parts.status, headers: parts.headers, body }
}

/// What both handlers answer to this token, which must be the same.
pub async fn ask(guard: &Guard, token: &str) -> Answer {
    let field = format!("Bearer {token}");
    let me = request(app(guard), "/me", &[&field]).await;
    let inside = request(app(guard), "/inside", &[&field]).await;
    assert_eq!(me.verdict(), inside.verdict());
    assert_eq!(me.status == StatusCode::OK, inside.body == "inside", "{}", inside.body);
    me
}

/// Whether the token is let through; the other choice is that it is refused as invalid.
pub async fn admits(guard: &Guard, token: &str) -> bool {
    let answer = ask(guard, token).await;
    let admitted = answer.status == StatusCode::OK;
    assert!(admitted || answer.verdict() == INVALID, "{}: {}", answer.status, answer.body);
    admitted
}

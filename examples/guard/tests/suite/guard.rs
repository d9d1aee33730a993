//! The guard itself, whichever way it checks.

use crate::app::request;
use axum::{Router, routing::get};
use futures::future::{BoxFuture, FutureExt as _};
use http::HeaderMap;
use mana_auth_example_guard::{Check, Claims, Guard, Token, TokenError};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

/// Says yes to everybody, with a name of its own, and counts.
struct Yes(&'static str, Arc<AtomicUsize>);

impl Check for Yes {
    fn check<'a>(&'a self, _: &'a Token) -> BoxFuture<'a, Result<Claims, TokenError>> {
        self.1.fetch_add(1, SeqCst);
        let claims: mana_auth_tokens::Claims = serde_json::from_value(serde_json::json!({
            "sub": self.0, "email": "ada@example.org", "email_verified": true, "role": "user", "sid": "s",
            "iss": "i", "aud": "a", "iat": 0, "exp": 1, "pos": "0.0",
        }))
        .expect("claims");
        async move { Ok(claims.into()) }.boxed()
    }
}

fn yes(name: &'static str) -> (Guard, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    (Guard::new(Yes(name, count.clone())), count)
}

async fn who(claims: Claims, again: Claims) -> String {
    assert_eq!(claims, again);
    claims.sub
}

#[tokio::test]
async fn a_request_is_checked_once() {
    let (guard, asked) = yes("one");
    let app = Router::new()
        .route("/", get(who))
        .route_layer(guard.clone())
        .route_layer(guard.clone())
        .with_state(guard.clone());
    let answer = request(app, "/", &["Bearer a.b.c"]).await;
    assert_eq!((answer.body.as_str(), asked.load(SeqCst)), ("one", 1));
}

#[tokio::test]
async fn what_another_guard_said_does_not_count() {
    let ((outer, outer_asked), (inner, inner_asked)) = (yes("outer"), yes("inner"));
    let app = Router::new().route("/", get(who)).route_layer(outer).with_state(inner);
    let answer = request(app, "/", &["Bearer a.b.c"]).await;
    assert_eq!(answer.body, "inner");
    assert_eq!((outer_asked.load(SeqCst), inner_asked.load(SeqCst)), (1, 1));
}

#[tokio::test]
async fn handlers_can_log_the_fields() {
    let (guard, _) = yes("one");
    let app =
        Router::new().route("/", get(async |headers: HeaderMap| format!("{headers:?}"))).route_layer(guard);
    let answer = request(app, "/", &["Bearer a.b.c"]).await;
    assert!(answer.body.contains("authorization") && !answer.body.contains("a.b.c"), "{}", answer.body);
}

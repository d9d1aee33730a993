//! Uses the auth service over HTTP: hands on what the client brought to say who it is, and reads the answer.
//!
//! This works with everything that the API offers. The app sees the session cookie, and has to look after it.

#![cfg(target_family = "wasm")]

use http_body_util::{BodyExt as _, Limited};
use spin_sdk::{
    http::{EmptyBody, IntoResponse, Request, Response, StatusCode, send},
    http_service,
};

/// Only the name of the component counts: the call goes over no network.
const SESSION: &str = "http://auth.spin.internal/api/v1/auth/session";
/// The most of an answer that is read.
const ANSWER: usize = 64 * 1024;

#[http_service]
async fn app(request: Request) -> impl IntoResponse {
    let (status, text) = match session(&request).await {
        Some((StatusCode::OK, answer)) => (StatusCode::OK, answer),
        Some((StatusCode::UNAUTHORIZED, answer)) => (StatusCode::UNAUTHORIZED, answer),
        // Neither a yes nor a no. What can't be asked is not allowed.
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the auth service does not answer\n".to_owned()),
    };
    let mut response = Response::new(text);
    *response.status_mut() = status;
    response
}

/// What the auth service says about who makes this request.
async fn session(request: &Request) -> Option<(StatusCode, String)> {
    let mut question = spin_sdk::http::Request::new(EmptyBody::new());
    *question.uri_mut() = SESSION.parse().ok()?;
    for name in ["cookie", "authorization"] {
        for value in request.headers().get_all(name) {
            question.headers_mut().append(name, value.clone());
        }
    }
    let answer = send(question).await.ok()?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), ANSWER).collect().await.ok()?;
    Some((status, String::from_utf8(body.to_bytes().into()).ok()?))
}

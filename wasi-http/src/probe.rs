//! `/health` and `/ready`, where a host has no management address.

use crate::bindings::mana::auth::{
    exchange::{Request, Response},
    maintenance::{self, Readiness},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use mana_auth_hygiene::{Policy, Scheme};

/// The answer to a probe; none where the request is none.
pub async fn answer(request: &Request) -> Option<Response> {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return None;
    }
    let (status, body) = match request.target.as_str() {
        "/health" => (200, "live\n"),
        "/ready" => match maintenance::status().await {
            Readiness::Ready => (200, "ready\n"),
            Readiness::NotStarted => (503, "not started\n"),
            Readiness::StorageUnavailable => (503, "the database can't be reached\n"),
        },
        _ => return None,
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Policy::new(None, vec![]).apply(Scheme::Http, None, &mut headers);
    let fields = headers.iter().map(|(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    });
    Some(Response { status, headers: fields.collect(), body: body.into(), route: request.target.clone() })
}

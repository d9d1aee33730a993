//! `/health` and `/ready`, where a host has no management address.

use crate::{
    bindings::{
        Method, Request,
        mana::auth::{
            exchange::Response,
            maintenance::{self, Readiness},
        },
    },
    own,
};
use http::{HeaderValue, StatusCode, header};

/// The answer to a probe; none where the request is none.
pub async fn answer(request: &Request, is_configured: bool) -> Option<Response> {
    if !matches!(request.get_method(), Method::Get | Method::Head) {
        return None;
    }
    let target = request.get_path_with_query()?;
    let (status, body) = match target.as_str() {
        "/health" => (StatusCode::OK, "live\n"),
        "/ready" => match readiness(is_configured).await {
            Readiness::Ready => (StatusCode::OK, "ready\n"),
            Readiness::NotStarted => (StatusCode::SERVICE_UNAVAILABLE, "not started\n"),
            Readiness::StorageUnavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "the database can't be reached\n")
            }
        },
        _ => return None,
    };
    let mut answer = http::Response::new(body.into());
    *answer.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, text);
    Some(own::answer(answer, target))
}

async fn readiness(is_configured: bool) -> Readiness {
    if is_configured { maintenance::status().await } else { Readiness::NotStarted }
}

//! Health, readiness and metrics, on an address of their own that clients can't reach.

use super::shared::Shared;
use crate::{bindings::exports::mana::auth::maintenance::Readiness, passwords::Gauges};
use bytes::Bytes;
use futures::future::{Either, FutureExt as _, select};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use mana_auth_hygiene::{Code, Problem, Scheme};
use std::{pin::pin, sync::atomic::Ordering::Relaxed, time::Duration};

/// How long the component may take to tell whether it is ready. Probes are less patient than clients.
const TIMEOUT: Duration = Duration::from_secs(2);

const TEXT: &str = "text/plain; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers a request on the management address.
pub(super) async fn answer<B>(shared: &Shared, request: &Request<B>) -> Response<Bytes> {
    let mut response = route(shared, request).await;
    shared.policy.apply(Scheme::Http, None, response.headers_mut());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if request.method() == Method::HEAD {
        *response.body_mut() = Bytes::new();
    }
    response
}

async fn route<B>(shared: &Shared, request: &Request<B>) -> Response<Bytes> {
    let path = request.uri().path();
    if !matches!(path, "/health" | "/ready" | "/metrics") {
        return problem(Code::NotFound);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = problem(Code::MethodNotAllowed);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    match path {
        "/metrics" => metrics(shared, request.headers()),
        "/ready" => match readiness(shared).await {
            Ok(()) => text(StatusCode::OK, TEXT, "ready\n"),
            Err(why) => text(StatusCode::SERVICE_UNAVAILABLE, TEXT, why),
        },
        _ => text(StatusCode::OK, TEXT, "live\n"),
    }
}

fn metrics(shared: &Shared, asked: &HeaderMap) -> Response<Bytes> {
    shared.metrics.queued.set(i64::try_from(shared.workers.queued()).unwrap_or(i64::MAX));
    if let Some(pool) = &shared.pool {
        let Gauges { queued, running } = pool.gauges();
        shared.metrics.passwords_queued.set(i64::try_from(queued).unwrap_or(i64::MAX));
        shared.metrics.passwords_running.set(i64::try_from(running).unwrap_or(i64::MAX));
    }
    shared.metrics.refresh(shared.clock.now());
    let accepted = asked.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let open = accepted.into_iter().any(|value| value.contains("application/openmetrics-text"));
    let told = if open {
        shared.metrics.open_metrics().map(|told| (OPEN_METRICS, told))
    } else {
        shared.metrics.text().map(|told| (METRICS, told))
    };
    match told {
        Ok((kind, metrics)) => text(StatusCode::OK, kind, metrics),
        Err(_) => problem(Code::Internal),
    }
}

/// Whether requests would be answered now, or why not.
async fn readiness(shared: &Shared) -> Result<(), &'static str> {
    if shared.draining.load(Relaxed) {
        return Err("shutting down\n");
    }
    let status = shared.workers.call(|accessor, auth| {
        let maintenance = auth.mana_auth_maintenance();
        async move { maintenance.call_status(accessor).await }.boxed()
    });
    let impatience = async {
        tokio::select! {
            biased;
            () = shared.workers.backing_off() => "too many instances failed\n",
            () = shared.clock.sleep(TIMEOUT) => "no instance answered in time\n",
        }
    };
    // The impatience first: an instance may still answer while others fail too often to be replaced.
    match select(pin!(impatience), pin!(status)).await {
        Either::Left((why, _)) => Err(why),
        Either::Right((Ok(Readiness::Ready), _)) => Ok(()),
        Either::Right((Ok(Readiness::NotStarted), _)) => Err("not started\n"),
        Either::Right((Ok(Readiness::StorageUnavailable), _)) => Err("the database can't be reached\n"),
        Either::Right((Err(_), _)) => Err("overloaded\n"),
    }
}

fn problem(code: Code) -> Response<Bytes> {
    Problem::new(code).response().map(Bytes::from)
}

fn text(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

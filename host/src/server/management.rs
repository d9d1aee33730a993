//! Health, readiness and metrics, on an address of their own that clients can't reach.

use super::{
    readiness::{self, Asker},
    shared::Shared,
};
use crate::passwords::Gauges;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts, uri::Authority,
};
use mana_auth_hygiene::{Code, Problem, Scheme};
use std::{net::IpAddr, sync::Arc};

const TEXT: &str = "text/plain; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers a request on the management address.
pub(super) async fn answer<B>(
    shared: &Arc<Shared>,
    peer: Option<IpAddr>,
    request: &Request<B>,
) -> Response<Bytes> {
    let mut response = route(shared, peer, request).await;
    shared.policy.apply(Scheme::Http, None, response.headers_mut());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if request.method() == Method::HEAD {
        *response.body_mut() = Bytes::new();
    }
    response
}

async fn route<B>(shared: &Arc<Shared>, peer: Option<IpAddr>, request: &Request<B>) -> Response<Bytes> {
    let (path, method) = (request.uri().path(), request.method());
    match path {
        "/metrics" if !is_read(method) => method_not_allowed(),
        "/metrics" => metrics(shared, request.headers()),
        "/outbox" if !is_read(method) => method_not_allowed(),
        // Its links are as good as passwords: for whoever sits at this machine alone, and not for a page that makes their browser ask by a
        // name of its own (DNS rebinding).
        "/outbox"
            if peer.is_some_and(|peer| peer.to_canonical().is_loopback())
                && is_asked_by_loopback(request) =>
        {
            outbox(shared)
        }
        _ => probed(shared, path, method, Asker::Operator).await.unwrap_or_else(|| problem(Code::NotFound)),
    }
}

/// The answer to a probe, for where it is answered beside the API; none to anything else.
pub(super) async fn probe(shared: &Arc<Shared>, head: &Parts) -> Option<Response<Bytes>> {
    let mut response = probed(shared, head.uri.path(), &head.method, Asker::Public).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if head.method == Method::HEAD {
        *response.body_mut() = Bytes::new();
    }
    Some(response)
}

async fn probed(shared: &Arc<Shared>, path: &str, method: &Method, asker: Asker) -> Option<Response<Bytes>> {
    Some(match path {
        "/health" | "/ready" if !is_read(method) => method_not_allowed(),
        "/health" => text(StatusCode::OK, TEXT, "live\n"),
        "/ready" => match readiness::ask(shared, asker).await {
            Ok(()) => text(StatusCode::OK, TEXT, "ready\n"),
            Err(why) => text(StatusCode::SERVICE_UNAVAILABLE, TEXT, why),
        },
        _ => return None,
    })
}

const fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn method_not_allowed() -> Response<Bytes> {
    let mut response = problem(Code::MethodNotAllowed);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

fn metrics(shared: &Shared, asked: &HeaderMap) -> Response<Bytes> {
    shared.metrics.queued.set(i64::try_from(shared.workers.queued()).unwrap_or(i64::MAX));
    if let Some(pool) = &shared.pool {
        let Gauges { queued, running } = pool.gauges();
        shared.metrics.passwords_queued.set(i64::try_from(queued).unwrap_or(i64::MAX));
        shared.metrics.passwords_running.set(i64::try_from(running).unwrap_or(i64::MAX));
    }
    shared.metrics.refresh(shared.clock.now());
    if let Some(database) = &shared.database {
        shared.metrics.database(database);
    }
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

/// Whether the request names the machine itself as the host.
fn is_asked_by_loopback<B>(request: &Request<B>) -> bool {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = named.and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback())
    })
}

/// The mails of the development outbox, as they would have been sent.
fn outbox(shared: &Shared) -> Response<Bytes> {
    let Some(folder) = &shared.outbox else { return problem(Code::NotFound) };
    let Ok(mails) = folder.kept() else { return problem(Code::Internal) };
    if mails.is_empty() {
        return text(StatusCode::OK, TEXT, "No mail was sent yet.\n");
    }
    let mails = mails.iter().rev().flat_map(|mail| [b"\r\n", mail.content.as_slice()]);
    text(StatusCode::OK, TEXT, mails.collect::<Vec<_>>().concat())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_rebound_to_this_machine_is_not_this_machine() {
        for (host, is_ours) in [
            ("localhost:3002", true),
            ("LOCALHOST", true),
            ("127.0.0.1:3002", true),
            ("127.8.8.8", true),
            ("[::1]:3002", true),
            ("evil.example:3002", false),
            ("localhost.evil.example", false),
            ("192.0.2.1", false),
            ("", false),
        ] {
            let request = Request::builder().header(header::HOST, host).body(()).unwrap();
            assert_eq!(is_asked_by_loopback(&request), is_ours, "{host}");
        }
        assert!(!is_asked_by_loopback(&Request::new(())));
    }
}

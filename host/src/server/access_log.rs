//! The access log: one line and two metrics for each request. Never a target's query, a header or a body.

use super::{asked::Asked, id::RequestId, shared::Shared};
use crate::metrics::AnswerCounters;
use http::{Method, StatusCode};
use mana_auth_hygiene::Trace;
use std::{net::IpAddr, time::Duration};

/// A request that is being answered. Dropped before it is, the client has gone.
pub(super) struct AccessLogEntry<'a> {
    shared: &'a Shared,
    id: Option<RequestId>,
    trace: Option<Trace>,
    method: &'static str,
    /// Who asks, where that is logged.
    client: Option<IpAddr>,
    began: Duration,
    answered: bool,
}

impl<'a> AccessLogEntry<'a> {
    /// Of the request with this id.
    pub(super) fn start(shared: &'a Shared, asked: &Asked) -> Self {
        let Asked { head, caller, id, at, .. } = asked;
        let client = caller.address.filter(|_| shared.log_client_address);
        let (trace, method) = (Trace::of(&head.headers), word(&head.method));
        Self { shared, id: *id, trace, method, client, began: *at, answered: false }
    }

    /// What its answer counts in.
    pub(super) fn counters(&self, route: &str, status: StatusCode) -> AnswerCounters {
        self.shared.metrics.of_answers(route.to_owned(), self.method, status.as_u16())
    }

    pub(super) fn answered(mut self, route: &str, status: StatusCode, counters: &AnswerCounters) {
        self.answered = true;
        counters.answered(self.log("answered", Some(route), Some(status.as_u16())));
    }

    /// Writes the line; returns how long it took.
    fn log(&self, outcome: &str, route: Option<&str>, status: Option<u16>) -> Duration {
        let (duration, trace) = (self.duration(), self.trace.as_ref());
        tracing::info!(
            request_id = self.id.as_ref().map(RequestId::as_str),
            trace_id = trace.map(|trace| trace.trace_id.as_str()),
            span_id = trace.map(|trace| trace.span_id.as_str()),
            client.address = self.client.map(tracing::field::display),
            http.request.method = self.method,
            http.route = route,
            http.response.status_code = status,
            duration_ms = milliseconds(duration),
            "{outcome}"
        );
        duration
    }

    fn duration(&self) -> Duration {
        self.shared.clock.elapsed().saturating_sub(self.began)
    }
}

impl Drop for AccessLogEntry<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.log("the client has gone", None, None);
        }
    }
}

/// To the microsecond, as a number.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Methods are labels of metrics, so what a client makes up is `other`.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

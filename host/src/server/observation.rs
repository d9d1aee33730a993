//! What is remembered of a request: one line and two numbers. Never a target's query, a header or a body.

use super::Shared;
use http::{Method, StatusCode};
use std::time::Duration;

/// A request that is being answered. Dropped before it is, the client has gone.
pub(super) struct Observation<'a> {
    shared: &'a Shared,
    id: &'a str,
    method: &'static str,
    began: Duration,
    answered: bool,
}

impl<'a> Observation<'a> {
    pub(super) fn start(shared: &'a Shared, id: &'a str, method: &Method) -> Self {
        Self { shared, id, method: word(method), began: shared.clock.elapsed(), answered: false }
    }

    pub(super) fn answered(mut self, route: String, status: StatusCode) {
        self.answered = true;
        let duration = self.duration();
        let status = status.as_u16();
        tracing::info!(id = self.id, method = self.method, route, status, ?duration, "answered");
        self.shared.metrics.answered(route, self.method, status, duration);
    }

    fn duration(&self) -> Duration {
        self.shared.clock.elapsed().saturating_sub(self.began)
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        if !self.answered {
            let duration = self.duration();
            tracing::info!(id = self.id, method = self.method, ?duration, "the client has gone");
        }
    }
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

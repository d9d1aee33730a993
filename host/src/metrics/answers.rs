//! Answered requests, and how long they took.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};
use std::time::Duration;

/// Bounds of the duration histogram in seconds: from an answer out of memory to one behind a full hash queue.
pub(super) const BUCKETS: [f64; 12] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// All of them.
pub(super) struct Answers {
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What the answers of one route, method and status count in.
pub(crate) struct AnswerCounters {
    requests: Counter,
    durations: Histogram,
}

impl AnswerCounters {
    /// Counts one that took so long.
    pub(crate) fn answered(&self, duration: Duration) {
        self.durations.observe(duration.as_secs_f64());
        self.requests.inc();
    }
}

impl Default for Answers {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        Self { requests: Family::default(), durations: Family::new_with_constructor(histogram) }
    }
}

impl Answers {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("requests", "Answered requests", self.requests.clone());
        registry.register("request_duration_seconds", "Time to answer", self.durations.clone());
    }

    pub(super) fn of(&self, route: String, method: &'static str, status: u16) -> AnswerCounters {
        let by_route = Route { route };
        let durations = self.durations.get_or_create(&by_route).clone();
        let requests =
            self.requests.get_or_create(&Answered { route: by_route.route, method, status }).clone();
        AnswerCounters { requests, durations }
    }
}

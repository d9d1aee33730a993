//! Everything that this process counts, as Prometheus reads it.
//!
//! The names are a contract: `docs/operations.md` lists them, and a test compares them. Labels are words of this
//! program or of the component, never of a client.

use crate::bindings::mana::auth::platform::Metric;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{fmt, time::Duration};

/// Bounds of the duration histogram in seconds: from an answer out of memory to one behind a full hash queue.
const BUCKETS: [f64; 12] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The counters, gauges and histograms of one server.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
    statements: Family<Statements, Counter>,
    /// As of the last housekeeping of this process; none before the first.
    sessions: Family<Sessions, Gauge>,
    /// In the order of [`COMPONENT`].
    component: [Family<[(&'static str, &'static str); 1], Counter>; COMPONENT.len()],
    /// Instances that take requests.
    pub(crate) instances: Gauge,
    /// Instances that were started, over the life of the process.
    pub(crate) instances_started: Counter,
    /// Instances that a trap ended.
    pub(crate) traps: Counter,
    /// Requests refused because the queue was full.
    pub(crate) rejected: Counter,
    /// Requests that instances work on.
    pub(crate) in_flight: Gauge,
    /// Requests that wait for an instance, as of the last scrape.
    pub(crate) queued: Gauge,
    /// Password jobs that wait, and that threads compute, as of the last scrape.
    pub(crate) passwords_queued: Gauge,
    pub(crate) passwords_running: Gauge,
    /// Open connections.
    pub(crate) connections: Gauge,
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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Statements {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Sessions {
    remember_me: bool,
}

/// What a statement did.
#[derive(Clone, Copy)]
pub(crate) enum StatementKind {
    Query,
    Change,
    /// Looked whether the host's own view is current.
    View,
}

impl StatementKind {
    fn labels(self) -> Statements {
        Statements {
            kind: match self {
                Self::Query => "query",
                Self::Change => "change",
                Self::View => "view",
            },
        }
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("mana_auth");
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let metrics = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            statements: Family::default(),
            sessions: Family::default(),
            component: std::array::from_fn(|_| Family::default()),
            instances: Gauge::default(),
            instances_started: Counter::default(),
            traps: Counter::default(),
            rejected: Counter::default(),
            in_flight: Gauge::default(),
            queued: Gauge::default(),
            passwords_queued: Gauge::default(),
            passwords_running: Gauge::default(),
            connections: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Answered requests", metrics.requests.clone());
        registry.register("request_duration_seconds", "Time to answer", metrics.durations.clone());
        registry.register("db_statements", "Statements sent to the database", metrics.statements.clone());
        registry.register("active_sessions", "Sessions that are alive", metrics.sessions.clone());
        registry.register("instances", "Instances that take requests", metrics.instances.clone());
        registry.register("instances_started", "Instances started", metrics.instances_started.clone());
        registry.register("traps", "Instances ended by a trap", metrics.traps.clone());
        registry.register("rejected", "Requests refused at a full queue", metrics.rejected.clone());
        registry.register("in_flight", "Requests that instances work on", metrics.in_flight.clone());
        registry.register("queued", "Requests that wait for an instance", metrics.queued.clone());
        let (queued, running) = (metrics.passwords_queued.clone(), metrics.passwords_running.clone());
        registry.register("passwords_queued", "Password jobs that wait", queued);
        registry.register("passwords_running", "Password jobs being computed", running);
        registry.register("connections", "Open connections", metrics.connections.clone());
        for (told, family) in COMPONENT.iter().zip(&metrics.component) {
            registry.register(told.name, told.help, family.clone());
        }
        for kind in [StatementKind::Query, StatementKind::Change, StatementKind::View] {
            drop(metrics.statements.get_or_create(&kind.labels()));
        }
        Self { registry, ..metrics }
    }

    pub(crate) fn answered(&self, route: String, method: &'static str, status: u16, duration: Duration) {
        let by_route = Route { route };
        self.durations.get_or_create(&by_route).observe(duration.as_secs_f64());
        self.requests.get_or_create(&Answered { route: by_route.route, method, status }).inc();
    }

    pub(crate) fn statements(&self, kind: StatementKind, by: u64) {
        self.statements.get_or_create(&kind.labels()).inc_by(by);
    }

    /// How many sessions are alive, and how many of them were asked to last.
    pub(crate) fn active_sessions(&self, all: u64, remembered: u64) {
        for (remember_me, count) in [(true, remembered), (false, all.saturating_sub(remembered))] {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.sessions.get_or_create(&Sessions { remember_me }).set(count);
        }
    }

    /// Adds to a counter of the component. A label that the contract does not know counts as `other`.
    pub(crate) fn count(&self, metric: Metric, label: &str, by: u64) {
        let counters = COMPONENT.iter().zip(&self.component);
        for (told, family) in counters.filter(|(told, _)| told.metric == metric) {
            let value = told.values.iter().find(|known| **known == label).copied().unwrap_or("other");
            family.get_or_create(&[(told.label, value)]).inc_by(by);
        }
    }

    /// Everything, in the text format of OpenMetrics.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// A counter of the component (`platform.metric`). Its one label says what the contract counts by.
struct Told {
    metric: Metric,
    name: &'static str,
    help: &'static str,
    label: &'static str,
    values: &'static [&'static str],
}

const COMPONENT: [Told; 12] = [
    Told {
        metric: Metric::Registrations,
        name: "registrations",
        help: "Registrations",
        label: "outcome",
        values: &["created", "refused"],
    },
    Told {
        metric: Metric::SignIns,
        name: "sign_ins",
        help: "Sign-ins",
        label: "outcome",
        values: &["success", "mismatch", "banned", "busy", "locked", "limited"],
    },
    Told {
        metric: Metric::SessionsOpened,
        name: "sessions_opened",
        help: "Sessions opened by signing in",
        label: "remember_me",
        values: &["true", "false"],
    },
    Told {
        metric: Metric::Refreshes,
        name: "refreshes",
        help: "Uses of a refresh token",
        label: "outcome",
        values: &["rotated", "repeated", "reused", "refused"],
    },
    Told {
        metric: Metric::TokenValidations,
        name: "token_validations",
        help: "Checks of an access token",
        label: "outcome",
        values: &["valid", "invalid", "expired", "revoked"],
    },
    Told {
        metric: Metric::SessionReads,
        name: "session_reads",
        help: "Answers about a session",
        label: "source",
        values: &["cookie", "token", "database"],
    },
    Told {
        metric: Metric::SessionsEnded,
        name: "sessions_ended",
        help: "Sessions ended before their time",
        label: "reason",
        values: &["logout", "revoked", "displaced", "password_change", "refresh_reuse"],
    },
    Told {
        metric: Metric::AuditEvents,
        name: "audit_events",
        help: "Security events, by what became of them",
        label: "outcome",
        values: &["written", "minimal", "coalesced", "lost"],
    },
    Told {
        metric: Metric::Lockouts,
        name: "lockouts",
        help: "Locks set after too many failures, by whose counter",
        label: "counter",
        values: &["account", "device", "reauthentication"],
    },
    Told {
        metric: Metric::RateLimited,
        name: "rate_limited",
        help: "Requests refused because their client failed or registered too often",
        label: "limit",
        values: &["sign_in", "registration", "refresh", "validate"],
    },
    Told {
        metric: Metric::SuspiciousActivities,
        name: "suspicious_activities",
        help: "Suspicious activities",
        label: "reason",
        values: &[
            "refresh_reuse",
            "failures_from_client",
            "failures_on_account",
            "success_after_failures",
            "user_agent_changed",
        ],
    },
    Told {
        metric: Metric::RowsPruned,
        name: "rows_pruned",
        help: "Rows that housekeeping removed",
        label: "table",
        values: &[
            "users",
            "accounts",
            "sessions",
            "refresh_tokens",
            "jwks",
            "security_events",
            "invalidations",
            "attempts",
            "lockouts",
            "suspicions",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_the_documented_ones() {
        let metrics = Metrics::new();
        metrics.answered("/a/{id}".to_owned(), "GET", 200, Duration::from_millis(3));
        metrics.count(Metric::SignIns, "success", 2);
        metrics.active_sessions(5, 2);
        let text = metrics.text().expect("writing to a string succeeds");
        for line in [
            r#"mana_auth_requests_total{route="/a/{id}",method="GET",status="200"} 1"#,
            r#"mana_auth_request_duration_seconds_bucket{le="0.005",route="/a/{id}"} 1"#,
            r#"mana_auth_db_statements_total{kind="view"} 0"#,
            r#"mana_auth_sign_ins_total{outcome="success"} 2"#,
            r#"mana_auth_active_sessions{remember_me="true"} 2"#,
            r#"mana_auth_active_sessions{remember_me="false"} 3"#,
            "mana_auth_instances 0",
            "mana_auth_traps_total 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn the_page_lists_every_one() {
        let metrics = Metrics::new();
        metrics.answered("/a".to_owned(), "GET", 200, Duration::from_millis(3));
        metrics.active_sessions(0, 0);
        for told in COMPONENT {
            metrics.count(told.metric, "other", 1);
        }
        let text = metrics.text().expect("writing to a string succeeds");
        let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
        let told: BTreeSet<String> = types
            .map(|(name, kind)| if kind == "counter" { format!("{name}_total") } else { name.to_owned() })
            .collect();
        let page = include_str!("../../docs/operations.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `mana_auth_")?.split_once('`'));
        let listed: BTreeSet<String> = rows.map(|(name, _)| format!("mana_auth_{name}")).collect();
        assert_eq!(told, listed, "what is told, and what docs/operations.md lists");
    }

    #[test]
    fn labels_of_the_component_are_a_closed_list() {
        let metrics = Metrics::new();
        for n in 0..100 {
            metrics.count(Metric::RowsPruned, &format!("table{n}"), 1);
        }
        let text = metrics.text().expect("writing to a string succeeds");
        assert_eq!(text.matches("mana_auth_rows_pruned_total{").count(), 1);
        assert!(text.contains(r#"mana_auth_rows_pruned_total{table="other"} 100"#));
    }
}

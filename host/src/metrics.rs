//! Everything that this process counts, as Prometheus reads it.
//!
//! The names are a contract: `docs/operations.md` lists them, and a test compares them. Labels are words of this
//! program or of the component, never of a client.

mod answers;
mod component;
mod process;

use crate::{bindings::mana::auth::platform::Metric, storage::DatabaseFile};
pub(crate) use answers::AnswerCounters;
use answers::{Answers, BUCKETS};
use component::COMPONENT;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use std::{
    collections::HashSet,
    fmt::{self, Write as _},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// The counters, gauges and histograms of one server.
pub struct Metrics {
    registry: Registry,
    /// Without a prefix.
    process: Registry,
    answers: Answers,
    statements: Family<Statements, Counter>,
    /// Of the kind `view`.
    views: Counter,
    /// Answers that were given again.
    pub(crate) answers_repeated: Counter,
    /// As of the last housekeeping of this process; none before the first.
    sessions: Family<Sessions, Gauge>,
    /// Events of the audit log that are still to be sealed, as of the last housekeeping of this process.
    unsealed: Gauge,
    /// How long an event may have waited to be sealed.
    seal_lag: Gauge<f64, AtomicU64>,
    /// Until when everything is sealed, in milliseconds since the Unix epoch.
    sealed_until: AtomicU64,
    /// How long password jobs wait for a thread.
    pub(crate) password_waits: Histogram,
    /// In the order of [`COMPONENT`].
    component: [Family<[(&'static str, &'static str); 1], Counter>; COMPONENT.len()],
    shed: Family<[(&'static str, &'static str); 1], Counter>,
    cut: Family<[(&'static str, &'static str); 1], Counter>,
    /// What answers that wait for their clients to take them hold, in bytes.
    pub(crate) send_buffer: Gauge,
    /// Instances that take requests.
    pub(crate) instances: Gauge,
    /// Instances that were started, over the life of the process.
    pub(crate) instances_started: Counter,
    /// What the instances have of linear memory, in bytes.
    pub(crate) instance_memory: Gauge,
    /// Instances that a trap ended.
    pub(crate) traps: Counter,
    /// How often the clock was seen to have been set.
    pub(crate) clock_jumps: Counter,
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
    /// The sizes of the database and of the log beside it, and what its disk has left, as of the last scrape. None where it is no file.
    db_size: Family<NoLabels, Gauge>,
    db_log: Family<NoLabels, Gauge>,
    db_room: Family<NoLabels, Gauge>,
    /// When the key that signs was made, and when housekeeping last came to its end, in seconds since the Unix epoch. 0: not known yet.
    signing_key_created: Gauge,
    housekeeping_done: Gauge,
    /// Mails that wait, and those that were given up lately, as of the last housekeeping of this process.
    mails: Family<[(&'static str, &'static str); 1], Gauge>,
}

/// Of a series that is there, or not.
type NoLabels = [(&'static str, &'static str); 0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Statements {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Sessions {
    remember_me: bool,
}

/// A limit that a connection or request exceeded (load shedding).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitExceeded {
    /// Connections of one address.
    Connections,
    /// Connections in all or of one address, one of which idled.
    Idle,
    /// Requests of one address.
    Requests,
}

/// Why an answer was not sent to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The client took next to nothing of it for too long.
    Stalled,
    /// Too much waited, and it was the slowest.
    Crowded,
}

impl LimitExceeded {
    fn labels(self) -> [(&'static str, &'static str); 1] {
        let what = match self {
            Self::Connections => "connections",
            Self::Idle => "idle_connections",
            Self::Requests => "requests",
        };
        [("what", what)]
    }
}

impl Cut {
    fn labels(self) -> [(&'static str, &'static str); 1] {
        let why = match self {
            Self::Stalled => "stalled",
            Self::Crowded => "crowded",
        };
        [("why", why)]
    }
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
        let metrics = Self {
            answers: Answers::default(),
            statements: Family::default(),
            views: Counter::default(),
            answers_repeated: Counter::default(),
            sessions: Family::default(),
            unsealed: Gauge::default(),
            seal_lag: Gauge::default(),
            sealed_until: AtomicU64::new(0),
            password_waits: Histogram::new(BUCKETS),
            component: std::array::from_fn(|_| Family::default()),
            shed: Family::default(),
            cut: Family::default(),
            send_buffer: Gauge::default(),
            instances: Gauge::default(),
            instances_started: Counter::default(),
            instance_memory: Gauge::default(),
            traps: Counter::default(),
            clock_jumps: Counter::default(),
            rejected: Counter::default(),
            in_flight: Gauge::default(),
            queued: Gauge::default(),
            passwords_queued: Gauge::default(),
            passwords_running: Gauge::default(),
            connections: Gauge::default(),
            db_size: Family::default(),
            db_log: Family::default(),
            db_room: Family::default(),
            signing_key_created: Gauge::default(),
            housekeeping_done: Gauge::default(),
            mails: Family::default(),
            process: Registry::default(),
            registry: Registry::default(),
        };
        metrics.answers.register(&mut registry);
        let repeated = metrics.answers_repeated.clone();
        registry.register("answers_repeated", "Answers that were given again from memory", repeated);
        registry.register("db_statements", "Statements sent to the database", metrics.statements.clone());
        registry.register("active_sessions", "Sessions that are alive", metrics.sessions.clone());
        registry.register("instances", "Instances that take requests", metrics.instances.clone());
        registry.register("instances_started", "Instances started", metrics.instances_started.clone());
        let memory = metrics.instance_memory.clone();
        registry.register("instance_memory_bytes", "Linear memory of the instances", memory);
        registry.register("traps", "Instances ended by a trap", metrics.traps.clone());
        registry.register("clock_jumps", "Times that the clock was set", metrics.clock_jumps.clone());
        registry.register("rejected", "Requests refused at a full queue", metrics.rejected.clone());
        registry.register("shed", "Turned away because there were too many", metrics.shed.clone());
        registry.register(
            "answers_cut",
            "Answers that their clients did not take in time",
            metrics.cut.clone(),
        );
        let waiting = metrics.send_buffer.clone();
        registry.register("send_buffer_bytes", "What waits for clients to take it", waiting);
        registry.register("in_flight", "Requests that instances work on", metrics.in_flight.clone());
        registry.register("queued", "Requests that wait for an instance", metrics.queued.clone());
        let (queued, running) = (metrics.passwords_queued.clone(), metrics.passwords_running.clone());
        registry.register("passwords_queued", "Password jobs that wait", queued);
        registry.register("passwords_running", "Password jobs being computed", running);
        registry.register("connections", "Open connections", metrics.connections.clone());
        registry.register("db_size_bytes", "Size of the database", metrics.db_size.clone());
        registry.register("db_log_bytes", "Size of the log beside the database", metrics.db_log.clone());
        registry.register("db_room_bytes", "What the disk of the database has left", metrics.db_room.clone());
        let created = metrics.signing_key_created.clone();
        registry.register("signing_key_created_timestamp_seconds", "When the signing key was made", created);
        let done = metrics.housekeeping_done.clone();
        registry.register("housekeeping_done_timestamp_seconds", "When housekeeping was last done", done);
        registry.register(
            "mails_kept",
            "Mails that wait, and that were given up lately",
            metrics.mails.clone(),
        );
        let build: Family<[(&'static str, &'static str); 1], Gauge> = Family::default();
        build.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
        registry.register("build_info", "Which program this is", build);
        let mut process_registry = Registry::default();
        process_registry.register_collector(Box::new(process::Process));
        let waits = metrics.password_waits.clone();
        registry.register("password_queue_seconds", "Time that password jobs wait for a thread", waits);
        registry.register(
            "audit_unsealed_events",
            "Events of the audit log that are not sealed yet",
            metrics.unsealed.clone(),
        );
        let lag = metrics.seal_lag.clone();
        registry.register("audit_seal_lag_seconds", "Time that an event may have waited to be sealed", lag);
        for (told, family) in COMPONENT.iter().zip(&metrics.component) {
            registry.register(told.name, told.help, family.clone());
            // From zero on: what first appears as one has not increased, as far as Prometheus can see.
            for value in told.values {
                drop(family.get_or_create(&[(told.label, *value)]));
            }
        }
        for shed in [LimitExceeded::Connections, LimitExceeded::Idle, LimitExceeded::Requests] {
            drop(metrics.shed.get_or_create(&shed.labels()));
        }
        for cut in [Cut::Stalled, Cut::Crowded] {
            drop(metrics.cut.get_or_create(&cut.labels()));
        }
        for kind in [StatementKind::Query, StatementKind::Change, StatementKind::View] {
            drop(metrics.statements.get_or_create(&kind.labels()));
        }
        let views = metrics.statements.get_or_create(&StatementKind::View.labels()).clone();
        Self { registry, process: process_registry, views, ..metrics }
    }

    /// What the answers of a route, method and status count in.
    pub(crate) fn of_answers(&self, route: String, method: &'static str, status: u16) -> AnswerCounters {
        self.answers.of(route, method, status)
    }

    /// The host looked whether its own view is current.
    pub(crate) fn looked(&self) {
        self.views.inc();
    }

    /// One more was turned away.
    pub(crate) fn shed(&self, shed: LimitExceeded) {
        self.shed.get_or_create(&shed.labels()).inc();
    }

    /// An answer was not sent to its end.
    pub(crate) fn cut(&self, cut: Cut) {
        self.cut.get_or_create(&cut.labels()).inc();
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

    /// How many events of the audit log wait to be sealed, and how long the first of them has waited, at a time; all in
    /// milliseconds.
    pub(crate) fn sealed(&self, unsealed: u64, lag: u64, now: u64) {
        self.unsealed.set(i64::try_from(unsealed).unwrap_or(i64::MAX));
        self.sealed_until.store(now.saturating_sub(lag), Relaxed);
    }

    /// Brings up to date what grows while nothing happens. Before each scrape.
    pub(crate) fn refresh(&self, now: u64) {
        let lag = Duration::from_millis(now.saturating_sub(self.sealed_until.load(Relaxed)));
        self.seal_lag.set(lag.as_secs_f64());
    }

    /// The sizes of the database and of its log, and what its disk has left, in bytes.
    pub(crate) fn database(&self, file: &DatabaseFile) {
        let (database, log) = file.sizes();
        let room = file.room().unwrap_or(u64::MAX);
        self.db_room.get_or_create(&[]).set(i64::try_from(room).unwrap_or(i64::MAX));
        self.db_size.get_or_create(&[]).set(i64::try_from(database).unwrap_or(i64::MAX));
        self.db_log.get_or_create(&[]).set(i64::try_from(log).unwrap_or(i64::MAX));
    }

    /// When the key that signs was made, in milliseconds since the Unix epoch.
    pub(crate) fn signing_key_created(&self, at: u64) {
        self.signing_key_created.set(i64::try_from(at / 1000).unwrap_or(i64::MAX));
    }

    /// Where mails stand.
    pub(crate) fn mails(&self, state: &'static str, count: u64) {
        self.mails.get_or_create(&[("state", state)]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Housekeeping has come to its end, at a time in milliseconds since the Unix epoch.
    pub(crate) fn housekeeping_done(&self, at: u64) {
        self.housekeeping_done.set(i64::try_from(at / 1000).unwrap_or(i64::MAX));
    }

    /// Counters of the component. A label that the contract does not know counts as `other`.
    pub(crate) fn of_component(&self, metric: Metric, label: &str) -> impl Iterator<Item = Counter> {
        let counters = COMPONENT.iter().zip(&self.component);
        counters.filter(move |(told, _)| told.metric == metric).map(move |(told, family)| {
            let value = told.values.iter().find(|known| **known == label).copied().unwrap_or("other");
            family.get_or_create(&[(told.label, value)]).clone()
        })
    }

    /// Adds to a counter of the component.
    pub(crate) fn count(&self, metric: Metric, label: &str, by: u64) {
        for counter in self.of_component(metric, label) {
            counter.inc_by(by);
        }
    }

    /// Everything, in the text format of OpenMetrics.
    pub(crate) fn open_metrics(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode_registry(&mut text, &self.registry)?;
        text::encode_registry(&mut text, &self.process)?;
        text::encode_eof(&mut text)?;
        Ok(text)
    }

    /// Everything, in the older text format of Prometheus (0.0.4): there a counter's description bears the name of its
    /// samples.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let open = self.open_metrics()?;
        let counters: HashSet<&str> =
            open.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter")).collect();
        let mut text = String::with_capacity(open.len());
        for line in open.lines().filter(|line| !line.starts_with("# UNIT ") && *line != "# EOF") {
            let described = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE "));
            match described.and_then(|described| described.split_once(' ')) {
                Some((name, rest)) if counters.contains(name) => {
                    let keyword = line.get(..7).unwrap_or_default();
                    writeln!(text, "{keyword}{name}_total {rest}")?;
                }
                _ => writeln!(text, "{line}")?,
            }
        }
        Ok(text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

#[cfg(test)]
mod tests;

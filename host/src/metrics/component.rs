//! What the component counts, as Prometheus tells it.

use crate::bindings::mana::auth::platform::Metric;

/// A counter of the component (`platform.metric`). Its one label says what the contract counts by.
pub(super) struct Told {
    pub(super) metric: Metric,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) label: &'static str,
    pub(super) values: &'static [&'static str],
}

pub(super) const COMPONENT: [Told; 12] = [
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
        values: &["rotated", "repeated", "repeated_late", "reused", "refused"],
    },
    Told {
        metric: Metric::TokenValidations,
        name: "token_validations",
        help: "Checks of an access token",
        label: "outcome",
        values: &["valid", "invalid", "expired", "outdated", "revoked"],
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
        values: &[
            "logout",
            "revoked",
            "displaced",
            "replaced",
            "password_change",
            "refresh_reuse",
            "refresh_flood",
        ],
    },
    Told {
        metric: Metric::AuditEvents,
        name: "audit_events",
        help: "Security events, by what became of them",
        label: "outcome",
        values: &["written", "minimal", "coalesced", "lost", "forged"],
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
            "refresh_flood",
            "failures_from_client",
            "failures_from_address",
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
            "sessions",
            "jwks",
            "security_events",
            "invalidations",
            "starts",
            "attempts",
            "reservations",
            "lockouts",
            "suspicions",
        ],
    },
];

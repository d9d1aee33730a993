//! What the component counts, as Prometheus tells it.

use crate::bindings::mana::auth::platform::Metric;

/// A counter of the component (`platform.metric`). Its one label says what the contract counts by.
pub(super) struct ComponentCounter {
    pub(super) metric: Metric,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) label: &'static str,
    pub(super) values: &'static [&'static str],
}

pub(super) const COMPONENT: [ComponentCounter; 12] = [
    ComponentCounter {
        metric: Metric::Registrations,
        name: "registrations",
        help: "Registrations",
        label: "outcome",
        values: &["created", "refused"],
    },
    ComponentCounter {
        metric: Metric::SignIns,
        name: "sign_ins",
        help: "Sign-ins",
        label: "outcome",
        values: &["success", "mismatch", "banned", "busy", "locked", "limited"],
    },
    ComponentCounter {
        metric: Metric::SessionsOpened,
        name: "sessions_opened",
        help: "Sessions opened by signing in",
        label: "remember_me",
        values: &["true", "false"],
    },
    ComponentCounter {
        metric: Metric::Refreshes,
        name: "refreshes",
        help: "Uses of a refresh token",
        label: "outcome",
        values: &["rotated", "repeated", "repeated_late", "reused", "refused"],
    },
    ComponentCounter {
        metric: Metric::TokenValidations,
        name: "token_validations",
        help: "Checks of an access token",
        label: "outcome",
        values: &["valid", "invalid", "expired", "outdated", "revoked"],
    },
    ComponentCounter {
        metric: Metric::SessionReads,
        name: "session_reads",
        help: "Answers about a session",
        label: "source",
        values: &["cookie", "token", "database"],
    },
    ComponentCounter {
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
    ComponentCounter {
        metric: Metric::AuditEvents,
        name: "audit_events",
        help: "Security events, by what became of them",
        label: "outcome",
        values: &["written", "minimal", "coalesced", "lost", "forged"],
    },
    ComponentCounter {
        metric: Metric::Lockouts,
        name: "lockouts",
        help: "Locks set after too many failures, by whose counter",
        label: "counter",
        values: &["account", "device", "reauthentication"],
    },
    ComponentCounter {
        metric: Metric::RateLimited,
        name: "rate_limited",
        help: "Requests refused because their client failed or registered too often",
        label: "limit",
        values: &["sign_in", "registration", "refresh", "validate"],
    },
    ComponentCounter {
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
    ComponentCounter {
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

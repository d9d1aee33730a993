//! The scenarios, one file per resource of the contract.

#![deny(dead_code, reason = "a scenario that is not registered would never run")]

use crate::{runner::RunnerKind, scenario::trial};
use libtest_mimic::Trial;

/// Declares the files and lists their scenarios; `house` checks that every file of the folder stands here.
macro_rules! files {
    ($($file:ident),+ $(,)?) => {
        $(mod $file;)+

        /// Every scenario, by file.
        pub const ALL: &[(&str, &[crate::scenario::Scenario])] = &[$((stringify!($file), $file::SCENARIOS)),+];
    };
}

files![
    account_deletion,
    addresses,
    app_metadata,
    audit_events,
    audit_log,
    audit_log_begun,
    audit_log_believed,
    audit_log_floods,
    audit_log_forged,
    audit_log_keys,
    audit_log_proofs,
    audit_log_tampered,
    audit_log_waiting,
    authentication,
    bans,
    bounds,
    change_password,
    clock_jumps,
    commands,
    commands_on_keys,
    concurrency,
    cookies,
    cookies_of_several_scopes,
    cors,
    enumeration,
    equal_work,
    fair_hashing,
    https,
    hygiene,
    ids_of_others,
    imported_hashes,
    imported_rows,
    instant_revocation,
    json,
    jwks,
    keys_in_time,
    limits,
    lockout,
    lockout_cumulative,
    lockout_lifted,
    login,
    logout,
    management,
    metric_labels,
    metrics,
    monitoring,
    openapi,
    own_secret,
    password_rules,
    probes,
    profile,
    refresh,
    refresh_races,
    register,
    required_events,
    secret_rotation,
    secrets_at_rest,
    service_token,
    session,
    session_cache,
    session_cache_in_time,
    session_to_token,
    sessions,
    settings,
    slow_clients,
    suspicions,
    time,
    token_claims,
    tokens_in_time,
    triggers,
    undecided,
    unwritable_audit_log,
    validate,
];

/// Every scenario as a test for this runner.
pub fn trials(kind: RunnerKind) -> impl Iterator<Item = Trial> {
    ALL.iter()
        .filter(move |(file, _)| kind.tells(file))
        .flat_map(move |(file, scenarios)| scenarios.iter().map(move |scenario| trial(kind, file, scenario)))
}

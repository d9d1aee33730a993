//! What strangers can fill, and what happens when it is full.

use crate::{
    scenarios,
    service::{
        OTHER_PASSWORD, PASSWORD, Service, Stage,
        guesses::{ANA, guess, login, nobody, right},
    },
};
use serde_json::json;

scenarios![
    attempts_make_room_for_each_other needs Sqlite,
    what_is_old_goes_with_what_comes needs Clock Sqlite,
    a_flood_is_one_row_a_minute,
    no_limit_is_no_row,
    those_who_failed_least_are_forgotten_first needs Clock Sqlite,
    suspicions_that_are_oldest_are_forgotten_first needs Clock Sqlite,
    registrations_of_everyone_together,
    refused_registrations_count_for_nobody_else,
    registrations_at_once_do_not_pass_the_bound,
    failures_past_so_many_a_minute_are_counted,
];

/// Rows of a counter, from its first to its last, of as many networks.
fn fill(service: &Service, counter: &str, rows: u32, since: &str) {
    service.sql(&format!(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows})
         INSERT INTO attempts (counter, subject, since, until, count, position)
         SELECT '{counter}', CAST(printf('%032d', n) AS BLOB), {since}, {since}, 1, n FROM n"
    ));
}

async fn garbage(service: &Service, times: usize) {
    for _ in 0..times {
        let answer = service.client().post("/validate", json!({ "token": "never-issued" })).await;
        assert_eq!(answer.ok()["valid"], false);
    }
}

const NOW: &str = "1000 * unixepoch()";

/// Past a hundred thousand networks that send garbage, the oldest are forgotten, and nobody else is.
async fn attempts_make_room_for_each_other(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.register(ANA).await;
    guess(&service, 4).await;
    fill(&service, "validate:address", 100_020, NOW);
    garbage(&service, 8).await;
    let rows =
        |counter: &str| service.number(&format!("SELECT count(*) FROM attempts WHERE counter = '{counter}'"));
    assert_eq!(rows("validate:address"), 100_000);
    let oldest = "SELECT min(position) FROM attempts WHERE counter = 'validate:address'";
    assert!(service.number(oldest) > 20);
    assert_eq!(rows("account"), 1);
    guess(&service, 1).await;
    login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
}

/// Without any housekeeping, a table grows no faster than it shrinks.
async fn what_is_old_goes_with_what_comes(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    fill(&service, "validate:address", 40, "1");
    garbage(&service, 14).await;
    assert_eq!(service.number("SELECT count(*) FROM attempts WHERE counter = 'validate:address'"), 1);
    fill(&service, "refresh:client", 40, "1");
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM attempts WHERE since = 1"), 0);
}

async fn a_flood_is_one_row_a_minute(stage: Stage) {
    let service = stage.start().await;
    garbage(&service, 50).await;
    for n in 0..30 {
        login(&service.client(), nobody(n)).await.refused("INVALID_CREDENTIALS");
    }
    // More only where the clock goes on meanwhile.
    let of = |counter: &str| format!("SELECT count(*) FROM attempts WHERE counter = '{counter}'");
    for counter in ["validate:address", "validate:client", "sign_in:address", "sign_in:client"] {
        assert!((1..=3).contains(&service.number(&of(counter))), "{counter}");
    }
    assert_eq!(service.number("SELECT sum(count) FROM attempts WHERE counter = 'validate:address'"), 50);
    assert_eq!(service.number("SELECT sum(count) FROM attempts WHERE counter = 'sign_in:address'"), 30);
}

async fn no_limit_is_no_row(stage: Stage) {
    let keys =
        ["limit_validate_address", "limit_validate_client", "limit_refresh_address", "limit_refresh_client"];
    let service = keys.iter().fold(stage, |stage, key| stage.with(key, "0")).start().await;
    garbage(&service, 10).await;
    for _ in 0..10 {
        let body = json!({ "refreshToken": "never-issued" });
        service.client().post("/refresh", body).await.refused("INVALID_REFRESH_TOKEN");
    }
    assert_eq!(service.number("SELECT count(*) FROM attempts"), 0);
}

/// Whoever fills the table with single failures pushes out nobody who has failed more often.
async fn those_who_failed_least_are_forgotten_first(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    guess(&service, 5).await;
    service.sql(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000100)
         INSERT INTO lockouts (counter, subject, failures, failed_at, locked_until, times)
         SELECT 'account', CAST(printf('%032d', n) AS BLOB), 1 + n % 2, 1767225600000 + n, 0, 0 FROM n",
    );
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM lockouts"), 1_000_000);
    assert_eq!(service.number("SELECT count(*) FROM lockouts WHERE failures = 2"), 500_050, "those go last");
    login(&service.client(), right()).await.refused("ACCOUNT_LOCKED");
}

async fn suspicions_that_are_oldest_are_forgotten_first(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.sql(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000050)
         INSERT INTO suspicions (reason, subject, at)
         SELECT 'failures_from_client', CAST(printf('%032d', n) AS BLOB), 1767225600000 + n FROM n",
    );
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM suspicions"), 1_000_000);
    assert_eq!(service.number("SELECT min(at) - 1767225600000 FROM suspicions"), 51);
}

async fn registrations_of_everyone_together(stage: Stage) {
    let service = stage.with("limit_registration_all", "3").start().await;
    let register = async |n: u32, agent: &str| {
        let body = json!({ "email": format!("someone{n}@example.org"), "password": PASSWORD });
        service.client().post("/register", body).header("user-agent", agent).await
    };
    for n in 0..3 {
        register(n, &format!("agent/{n}")).await.is(201);
    }
    register(3, "agent/3").await.refused("RATE_LIMITED");
    assert_eq!(service.number("SELECT count(*) FROM users"), 3);
}

/// Whoever can only fail keeps nobody from registering.
async fn refused_registrations_count_for_nobody_else(stage: Stage) {
    let service = stage.with("limit_registration_all", "3").start().await;
    service.register(ANA).await;
    let register = async |email: &str, password: &str| {
        service.client().post("/register", json!({ "email": email, "password": password })).await
    };
    for n in 0..5 {
        register(ANA, PASSWORD).await.refused("EMAIL_ALREADY_EXISTS");
        register(&format!("someone{n}@example.org"), "aaaaaaaaaaaa").await.refused("VALIDATION_FAILED");
    }
    for n in 0..2 {
        register(&format!("someone{n}@example.org"), PASSWORD).await.is(201);
    }
    // Whether or not there is such an account.
    register(ANA, PASSWORD).await.refused("RATE_LIMITED");
    register("someone2@example.org", PASSWORD).await.refused("RATE_LIMITED");
}

async fn registrations_at_once_do_not_pass_the_bound(stage: Stage) {
    let service = stage.with("limit_registration_all", "3").start().await;
    let clients: Vec<_> = (0..12).map(|_| service.client()).collect();
    let all = clients.iter().zip(0..).map(|(client, n)| async move {
        let body = json!({ "email": format!("someone{n}@example.org"), "password": PASSWORD });
        client.post("/register", body).await.status
    });
    let statuses = futures::future::join_all(all).await;
    assert!(statuses.iter().all(|status| [201, 429].contains(status)), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3, "{statuses:?}");
    assert_eq!(service.number("SELECT count(*) FROM users"), 3);
}

/// Whoever they are about: that an event is written must not tell that there is an account.
async fn failures_past_so_many_a_minute_are_counted(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.register(ANA).await;
    service.sql(&format!(
        "INSERT INTO event_rates (event_type, since, count) VALUES ('login_failure', {NOW} - 10000, 5998)"
    ));
    for email in [ANA, "bob@example.org", ANA, "bob@example.org"] {
        let body = json!({ "email": email, "password": OTHER_PASSWORD });
        login(&service.client(), body).await.refused("INVALID_CREDENTIALS");
    }
    let written = "SELECT count(*) FROM security_events WHERE event_type = 'login_failure'";
    assert_eq!(service.number(written), 2);
    assert_eq!(service.number("SELECT count FROM counted_events WHERE event_type = 'login_failure'"), 2);
}

//! What waits to be sealed, and what is passed over: rows that somebody else has put among them hold nobody up, and are told.

use crate::{
    runner::MAINTENANCE,
    scenarios,
    service::{OTHER_PASSWORD, Service, Stage},
};
use serde_json::json;
use std::time::Duration;

scenarios![
    more_rows_under_an_unknown_secret_than_one_run_reads_hold_nobody_up needs Clock Sqlite,
    rows_under_an_unknown_secret_delay_nothing_behind_them needs Management Sqlite,
    the_least_id_is_passed_over_like_any_other needs Sqlite,
    a_row_that_takes_anothers_place_is_told needs Sqlite,
    a_rate_that_somebody_wrote_silences_nobody,
    who_keeps_the_lease_shows_in_the_lag needs Clock Management,
];

/// What nobody has decided on: neither sealed nor passed over.
const WAITING: &str = "SELECT count(*) FROM security_events WHERE leaf IS NULL AND mac IS NOT NULL AND event_type IS NOT 'events_forged'";
/// What [`Service::append_events`] has appended and is sealed.
const OURS: &str = "SELECT count(*) FROM security_events WHERE leaf IS NOT NULL AND source = 'billing'";
/// A MAC under a secret that nobody has.
const UNKNOWN: &str = "CAST(x'00000063' || zeroblob(32) AS BLOB)";
const FORGED: &str = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged'";

/// Inserts rows as somebody does who knows the format and no secret, with these as the last digits of their ids.
fn insert(service: &Service, ids: std::ops::RangeInclusive<u32>, mac: &str) {
    service.sql(&format!(
        "WITH RECURSIVE n (n) AS (SELECT {} UNION ALL SELECT n + 1 FROM n WHERE n < {})
         INSERT INTO security_events (id, event_type, metadata, created_at, salt, details_digest, mac)
         SELECT '00000000-0000-7000-8000-' || printf('%012x', n), 'logout', '{{}}', created_at, salt, details_digest, {mac}
         FROM n, (SELECT * FROM security_events WHERE leaf = 0)",
        ids.start(),
        ids.end()
    ));
}

async fn more_rows_under_an_unknown_secret_than_one_run_reads_hold_nobody_up(stage: Stage) {
    let service = stage.start().await;
    service.tick().await;
    insert(&service, 1..=50_001, UNKNOWN);
    service.append_events(5);
    // One run, which notes since when they wait: a tick makes several.
    let done = service.client().post("/maintenance", json!({})).bearer(MAINTENANCE).await.ok();
    assert_eq!((&done["ran"], &done["more"]), (&json!(true), &json!(true)), "{done}");
    service.advance(Duration::from_secs(11 * 60));
    service.tick().await;
    service.tick().await;
    assert_eq!(service.number(WAITING), 0);
    assert_eq!(service.number(OURS), 5);
}

async fn rows_under_an_unknown_secret_delay_nothing_behind_them(stage: Stage) {
    let service = stage.start().await;
    service.tick().await;
    insert(&service, 1..=50_001, UNKNOWN);
    service.append_events(5);
    // Each instance goes on where its last run stopped.
    for _ in 0..10 {
        if service.number(OURS) == 0 {
            service.tick().await;
        }
    }
    assert_eq!(service.number(OURS), 5);
    assert_eq!(service.number(WAITING), 50_001);
}

async fn the_least_id_is_passed_over_like_any_other(stage: Stage) {
    let service = stage.start().await;
    service.tick().await;
    insert(&service, 1..=2, "CAST(x'00000001' || zeroblob(32) AS BLOB)");
    service.sql(
        "UPDATE security_events SET id = '00000000-0000-0000-0000-000000000000' WHERE id LIKE '00000000-%1'",
    );
    service.sql("UPDATE security_events SET id = 'ffffffff-ffff-ffff-ffff-ffffffffffff' WHERE id LIKE '00000000-0000-7%'");
    service.append_events(5);
    service.tick().await;
    assert_eq!(service.number(WAITING), 0);
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged'
                AND json_extract(metadata, '$.events[0]') = '00000000-0000-0000-0000-000000000000'";
    assert_eq!(service.number(told), 1);
}

async fn a_row_that_takes_anothers_place_is_told(stage: Stage) {
    let service = stage.start().await;
    service.tick().await;
    // More than are named.
    insert(&service, 1..=30, "NULL");
    for times in [1, 1, 2, 2] {
        if times == 2 && service.number(FORGED) == 1 {
            service.sql("DELETE FROM security_events WHERE id LIKE '00000000-%1c'");
            insert(&service, 40..=40, "NULL");
        }
        service.tick().await;
        service.tick().await;
        assert_eq!(service.number(FORGED), times);
    }
}

/// What is counted of a kind within a minute is anybody's who can write rows.
async fn a_rate_that_somebody_wrote_silences_nobody(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let now = "(SELECT max(created_at) FROM security_events)";
    let mut attempts = 0;
    let mut fail = async || {
        attempts += 1;
        let wrong = json!({ "email": format!("nobody{attempts}@example.org"), "password": OTHER_PASSWORD });
        service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    };
    let written = "SELECT count(*) FROM security_events WHERE event_type = 'login_failure'";
    let counted = "SELECT coalesce(sum(count), 0) FROM counted_events WHERE event_type = 'login_failure'";
    // Whether one more is written, or counted: it is never lost.
    for (since, count, is_written) in [
        (now, "9223372036854775807", false),
        (now, "-9223372036854775808", true),
        ("9223372036854775807", "9223372036854775807", true),
        ("-9223372036854775808", "9223372036854775807", true),
        (now, "6000", false),
        (now, "5999", true),
    ] {
        service.sql(&format!(
            "INSERT INTO event_rates (event_type, since, count) VALUES ('login_failure', {since}, {count})
             ON CONFLICT (event_type) DO UPDATE SET since = excluded.since, count = excluded.count"
        ));
        let before = (service.number(written), service.number(counted));
        fail().await;
        let more = (service.number(written) - before.0, service.number(counted) - before.1);
        assert_eq!(more, if is_written { (1, 0) } else { (0, 1) }, "{count} since {since}");
        let bounded =
            "SELECT count BETWEEN 1 AND 1099511627777 FROM event_rates WHERE event_type = 'login_failure'";
        assert_eq!(service.number(bounded), 1, "{count} since {since}");
    }
}

async fn who_keeps_the_lease_shows_in_the_lag(stage: Stage) {
    let service = stage.start().await;
    service.tick().await;
    for _ in 0..6 {
        service.sql(&format!(
            "UPDATE leases SET holder = 'somebody', expires_at = {0} + 120000, done_at = {0}",
            service.now()
        ));
        service.advance(Duration::from_secs(60));
        service.tick().await;
    }
    let text = service.metrics().await.text;
    let lag = text.lines().find_map(|line| line.strip_prefix("mana_auth_audit_seal_lag_seconds "));
    assert!(lag.expect("a lag").parse::<f64>().expect("a number") >= 300.0, "{text}");
}

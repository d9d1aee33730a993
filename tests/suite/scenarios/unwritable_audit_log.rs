//! When the audit log can't be written: whoever signs in is not the one to suffer, and what is lost is counted.
//! What then must not happen at all is told in `required_events`.

use crate::{
    runner::MAINTENANCE,
    scenarios,
    service::{OTHER_PASSWORD, PASSWORD, Service, Stage},
    shape,
};
use serde_json::json;

scenarios![
    what_a_client_says_of_itself_is_left_out_first needs Sqlite,
    a_zero_byte_costs_no_detail needs Sqlite,
    nobody_is_kept_out_while_every_event_is_refused needs Management Sqlite,
    nobody_is_kept_out_while_the_table_is_gone needs Sqlite,
    a_loss_outlives_the_process needs Sqlite,
    only_what_happened_is_lost needs Management Sqlite,
    an_event_without_details_is_counted_as_such needs Management,
    housekeeping_goes_on,
];

const ANA: &str = "ana@example.org";

/// Signs in, mistypes, refreshes and signs out: one event each.
async fn go_through(service: &Service) {
    let ana = service.sign_in(ANA).await;
    let wrong = json!({ "email": ANA, "password": OTHER_PASSWORD });
    service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    let next = service.client().post("/refresh", json!({ "refreshToken": ana.refresh })).await.ok();
    shape::signed_in(&next);
    assert!(ana.is_signed_in().await);
    ana.client.post("/logout", json!({})).await.ok();
    assert!(ana.is_signed_out().await);
}

/// Each of these events was counted so many times.
#[track_caller]
fn has_gone_through(counts: &[(String, i64)], times: i64) {
    for kind in ["login_success", "login_failure", "token_refresh", "logout"] {
        assert!(counts.contains(&(kind.to_owned(), times)), "{times} {kind} are not among {counts:?}");
    }
}

/// A kind and a number, from each row.
fn counts(service: &Service, sql: &str) -> Vec<(String, i64)> {
    let database = service.database();
    let mut statement = database.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.map(|row| row.expect("a kind and a number")).collect()
}

/// What was lost and has not been reported.
fn lost(service: &Service) -> Vec<(String, i64)> {
    counts(service, "SELECT event_type, count FROM counted_events WHERE why = 'lost' ORDER BY event_type")
}

/// What the audit log says was lost.
fn reported(service: &Service) -> Vec<(String, i64)> {
    counts(
        service,
        // Perhaps in several reports.
        "SELECT json_extract(metadata, '$.kind') AS kind, sum(json_extract(metadata, '$.count')) FROM security_events
         WHERE event_type = 'events_lost' GROUP BY kind ORDER BY kind",
    )
}

/// What makes the table and its indexes.
fn schema(service: &Service) -> String {
    let sql = "SELECT group_concat(sql, '; ') FROM
               (SELECT sql FROM sqlite_master WHERE tbl_name = 'security_events' ORDER BY type DESC)";
    service.database().query_row(sql, [], |row| row.get(0)).expect("the schema")
}

async fn what_a_client_says_of_itself_is_left_out_first(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.refuse_events("NEW.metadata LIKE '%unspeakable%'");
    let body = json!({ "email": ANA, "password": PASSWORD, "deviceName": "the unspeakable" });
    let ana = service.sign_in_with(body).await;
    assert!(ana.is_signed_in().await);
    assert_eq!(ana.client.get("/sessions").await.ok()[0]["deviceName"], "the unspeakable");
    let minimal =
        "SELECT count(*) FROM security_events WHERE event_type = 'login_success' AND metadata = '{}'
                   AND ip_address IS NULL AND user_agent IS NULL AND user_id IS NOT NULL";
    assert_eq!(service.number(minimal), 1);
    assert_eq!(lost(&service), []);
}

/// PostgreSQL's text and JSON can't hold it, and functions of SQLite's stop at it.
async fn a_zero_byte_costs_no_detail(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let body = json!({ "email": ANA, "password": PASSWORD, "deviceName": "a\u{0}b", "deviceId": "\u{0}" });
    let ana = service.sign_in_with(body).await;
    assert!(ana.is_signed_in().await);
    let detailed = "SELECT count(*) FROM security_events WHERE event_type = 'login_success'
                    AND json_extract(metadata, '$.deviceName') = 'a' || char(65533) || 'b'";
    assert_eq!(service.number(detailed), 1);
    assert_eq!(lost(&service), []);
}

async fn nobody_is_kept_out_while_every_event_is_refused(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let before = service.number("SELECT count(*) FROM security_events");
    service.refuse_events("TRUE");
    go_through(&service).await;
    assert_eq!(service.number("SELECT count(*) FROM security_events"), before);
    has_gone_through(&lost(&service), 1);
    let metrics = service.metrics().await;
    assert!(metrics.count("audit_events", "lost") >= 4, "{}", metrics.text);
    service.accept_events();
    service.tick().await;
    let told = reported(&service);
    has_gone_through(&told, 1);
    assert_eq!(lost(&service), []);
    service.tick().await;
    assert_eq!(reported(&service), told, "once");
    go_through(&service).await;
    assert_eq!(lost(&service), [], "it is written again");
}

async fn nobody_is_kept_out_while_the_table_is_gone(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    let schema = schema(&service);
    service.sql("DROP TABLE security_events");
    go_through(&service).await;
    has_gone_through(&lost(&service), 1);
    service.database().execute_batch(&schema).expect("the table as it was");
    service.tick().await;
    has_gone_through(&reported(&service), 1);
    assert_eq!(lost(&service), []);
}

async fn a_loss_outlives_the_process(stage: Stage) {
    let mut service = stage.start().await;
    service.register(ANA).await;
    service.refuse_events("TRUE");
    go_through(&service).await;
    let maintenance = service.client().post("/maintenance", json!({})).bearer(MAINTENANCE).await;
    let claims = maintenance.status == 200 && maintenance.json()["ran"] == true;
    assert!(!claims, "it can't report yet, and does not say that it has");
    has_gone_through(&lost(&service), 1);
    service.restart().await;
    has_gone_through(&lost(&service), 1);
    go_through(&service).await;
    service.accept_events();
    service.tick().await;
    has_gone_through(&reported(&service), 2);
}

/// An event that a change records under a condition is none where the condition does not hold.
async fn only_what_happened_is_lost(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.refuse_events("TRUE");
    go_through(&service).await;
    let kinds: Vec<String> = lost(&service).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["device_new", "login_failure", "login_success", "logout", "token_refresh"]);
    let metrics = service.metrics().await;
    assert_eq!(metrics.count("audit_events", "lost"), 5, "{}", metrics.text);
}

async fn an_event_without_details_is_counted_as_such(stage: Stage) {
    let service = stage.start().await;
    service.register(ANA).await;
    service.refuse_events("NEW.metadata <> '{}'");
    service.sign_in(ANA).await;
    let metrics = service.metrics().await;
    // The sign-in, and the device that was not seen before.
    assert_eq!(metrics.count("audit_events", "minimal"), 2, "{}", metrics.text);
    assert_eq!(metrics.count("audit_events", "lost"), 0, "{}", metrics.text);
}

async fn housekeeping_goes_on(stage: Stage) {
    let service = stage.start().await;
    let ana = service.someone().await;
    service.refuse_events("TRUE");
    service.sign_in(ANA).await;
    assert_eq!(service.sql(&format!("UPDATE sessions SET expires_at = 1 WHERE id <> '{}'", ana.sid())), 1);
    // Where instances do it after their answers, one may just be at it.
    let maintenance = loop {
        let answer = service.client().post("/maintenance", json!({})).bearer(MAINTENANCE).await;
        if answer.status != 200 || answer.ok()["ran"] == true {
            break answer;
        }
    };
    assert_ne!(maintenance.status, 200, "{maintenance}");
    assert_eq!(
        service.number("SELECT count(*) FROM sessions"),
        1,
        "what has expired is removed all the same"
    );
}

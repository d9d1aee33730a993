//! Other services append to the audit log, each under its source.

use crate::{
    scenarios,
    service::{Service, Stage},
};
use serde_json::{Value, json};
use std::future::IntoFuture as _;

scenarios![
    a_source_appends_by_its_secret needs Sqlite,
    nobody_else_appends,
    what_is_wrong_is_named,
    however_large_they_are_sealed,
    without_sources_there_is_no_route,
    a_secret_changed_is_told_and_not_shown needs Files Sqlite,
];

const BILLING: &str = "laX4rXcEIf1vDHbNKk83aBFnOumyna9qBBKkkuvbbK4=";
const SHOP: &str = "szv9F+lf88+uj405hJDYGOMgizQ3KvzJcDAjYNQn+Ss=";

async fn service(stage: &Stage) -> Service {
    stage.clone().with("audit_sources", &format!("billing:{BILLING}, shop-2:{SHOP}")).start().await
}

fn event() -> Value {
    json!({
        "eventType": "invoice.paid",
        "userId": "0190A0A0-0000-7000-8000-000000000001",
        "ipAddress": "::ffff:192.0.2.7",
        "userAgent": "till/1",
        "metadata": { "invoice": 17 },
    })
}

async fn a_source_appends_by_its_secret(stage: Stage) {
    let service = service(&stage).await;
    for (source, secret) in [("billing", BILLING), ("shop-2", SHOP)] {
        let answer = service.client().post("/audit/events", event()).bearer(secret).await.is(201);
        let id = answer["id"].as_str().expect("an id");
        let row = format!(
            "SELECT count(*) FROM security_events WHERE id = '{id}' AND source = '{source}' AND event_type = 'invoice.paid'
             AND user_id = '0190A0A0-0000-7000-8000-000000000001' AND ip_address = '192.0.2.7' AND user_agent = 'till/1'
             AND json_extract(metadata, '$.invoice') = 17"
        );
        assert_eq!(service.number(&row), 1, "{source}");
    }
    service.client().post("/audit/events", json!({ "eventType": "started" })).bearer(SHOP).await.is(201);
    service.tick().await;
    assert_eq!(
        service.number("SELECT count(*) FROM security_events WHERE source IS NOT NULL AND leaf IS NOT NULL"),
        3
    );
    assert_eq!(service.copy().verify(None, None).finding, None);
}

async fn nobody_else_appends(stage: Stage) {
    let service = service(&stage).await;
    let ana = service.someone().await;
    for shown in ["", "billing", &BILLING[1..], &ana.access, crate::runner::MAINTENANCE] {
        service.client().post("/audit/events", event()).bearer(shown).await.refused("UNAUTHENTICATED");
    }
    service.client().post("/audit/events", event()).await.refused("UNAUTHENTICATED");
    ana.client.post("/audit/events", event()).await.refused("UNAUTHENTICATED");
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE source IS NOT NULL"), 0);
}

/// More of them than one answer of the database holds.
async fn however_large_they_are_sealed(stage: Stage) {
    let service = service(&stage).await;
    let mut event = event();
    event["metadata"] = json!({ "text": "x".repeat(8_000) });
    event["userAgent"] = json!("€".repeat(512));
    for _ in 0..60 {
        let client = service.client();
        let sent = (0..16).map(|_| client.post("/audit/events", event.clone()).bearer(SHOP).into_future());
        futures::future::join_all(sent).await.iter().for_each(|answer| drop(answer.is(201)));
    }
    service.tick().await;
    assert_eq!(
        service.number("SELECT count(*) FROM security_events WHERE leaf IS NULL AND source IS NOT NULL"),
        0
    );
}

async fn what_is_wrong_is_named(stage: Stage) {
    let service = service(&stage).await;
    let refused = async |field: &str, value: Value| {
        let mut event = event();
        event[field] = value;
        let answer =
            service.client().post("/audit/events", event).bearer(SHOP).await.refused("VALIDATION_FAILED");
        assert!(answer["fields"].get(field).is_some(), "{field}: {answer}");
    };
    for kind in ["", "Invoice paid", "login_success", "events_pruned", &"a".repeat(65)] {
        refused("eventType", json!(kind)).await;
    }
    refused("userId", json!("ana@example.org")).await;
    refused("ipAddress", json!("localhost")).await;
    refused("metadata", json!("a text")).await;
    refused("metadata", json!({ "a": "a".repeat(9_000) })).await;
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE source IS NOT NULL"), 0);
}

async fn without_sources_there_is_no_route(stage: Stage) {
    let service = stage.start().await;
    service.client().post("/audit/events", event()).bearer(BILLING).await.refused("NOT_FOUND");
}

async fn a_secret_changed_is_told_and_not_shown(stage: Stage) {
    let mut service = service(&stage).await;
    service.client().post("/audit/events", event()).bearer(BILLING).await.is(201);
    service.restart_with("audit_sources", &format!("billing:{SHOP}")).await;
    service.client().post("/audit/events", event()).bearer(BILLING).await.refused("UNAUTHENTICATED");
    service.client().post("/audit/events", event()).bearer(SHOP).await.is(201);
    let told = service
        .copy()
        .text("SELECT group_concat(metadata) FROM security_events WHERE event_type = 'config_changed'");
    assert!(told.contains("audit_sources") && told.contains("billing: one of "), "{told}");
    assert!(!told.contains(BILLING) && !told.contains(SHOP), "{told}");
}

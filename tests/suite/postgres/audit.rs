//! The audit log on a server proves itself like any other.

use crate::{
    runner::RunnerKind,
    service::{OTHER_PASSWORD, Stage},
};
use mana_auth::{
    audit_log::{self, Copy, Report, Verification},
    storage::PostgresUrl,
};
use serde_json::json;

pub async fn it_is_verified_from_the_server() {
    let service = Stage::new(RunnerKind::Postgres).start().await;
    service.someone().await;
    for _ in 0..3 {
        let wrong = json!({ "email": "ana@example.org", "password": OTHER_PASSWORD });
        service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    }
    service.tick().await;
    let url = PostgresUrl::parse(&service.postgres().url()).expect("an address");
    let sound = verify(&url).await;
    assert_eq!(sound.finding, None);
    assert!(sound.leaves.end >= 5, "{} leaves", sound.leaves.end);
    assert_eq!(service.sql("UPDATE security_events SET ip_address = '203.0.113.9' WHERE leaf = 3"), 1);
    let found = verify(&url).await.finding.expect("a finding");
    assert!(found.contains('3'), "{found}");
}

async fn verify(url: &PostgresUrl) -> Report {
    let copy = Copy::of_postgres(url).await.expect("a copy");
    let with = Verification { key: None, checkpoints: None, restored: false, older: false, export: None };
    audit_log::verify(&copy, with).expect("a report")
}

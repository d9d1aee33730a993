//! What operators do at a SQL prompt, and what others do on the same server.

use crate::{
    runner::RunnerKind,
    service::{Person, Service, Stage},
};
use serde_json::json;

/// Somebody whose session is remembered in the cookie and by the service.
async fn somebody() -> (Service, Person) {
    let service = Stage::new(RunnerKind::Postgres).start().await;
    let ana = service.someone().await;
    for _ in 0..2 {
        assert!(ana.is_signed_in().await);
    }
    (service, ana)
}

async fn is_refused(service: &Service, person: &Person) {
    person.client.get("/session").await.refused("UNAUTHENTICATED");
    let validated = service.client().post("/validate", json!({ "token": person.access })).await.ok();
    assert_eq!(validated["valid"], false);
}

pub async fn a_table_that_is_emptied_ends_what_was_issued() {
    let (service, ana) = somebody().await;
    service.postgres().run("TRUNCATE sessions CASCADE").await;
    is_refused(&service, &ana).await;
    let (service, ana) = somebody().await;
    service.postgres().run("TRUNCATE users CASCADE").await;
    is_refused(&service, &ana).await;
}

pub async fn a_session_that_replicates_reports_too() {
    let (service, ana) = somebody().await;
    service.postgres().run("SET session_replication_role = replica; DELETE FROM sessions").await;
    is_refused(&service, &ana).await;
}

pub async fn no_transaction_of_others_fills_the_table_of_locks() {
    let (service, ana) = somebody().await;
    let elsewhere = service.postgres().prompt("postgres").await;
    let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; SELECT count(*) FROM users";
    elsewhere.batch_execute(begin).await.expect("a transaction");
    for _ in 0..3 {
        ana.client.post("/login", json!({ "email": "ana@example.org", "password": "wrong" })).await.is(401);
    }
    let of_others = "SELECT count(*) FROM pg_locks WHERE mode = 'SIReadLock' AND pid <> pg_backend_pid()";
    let kept: i64 = elsewhere.query_one(of_others, &[]).await.expect("an answer").get(0);
    assert_eq!(kept, 0);
}

pub async fn no_crash_gives_a_position_again() {
    let (service, _) = somebody().await;
    let prompt = service.postgres().prompt("postgres").await;
    let asked = "BEGIN; SET LOCAL synchronous_commit = off; SELECT touch(ARRAY['u:x']);";
    prompt.batch_execute(asked).await.expect("a position");
    let waits: String = prompt.query_one("SHOW synchronous_commit", &[]).await.expect("an answer").get(0);
    assert_eq!(waits, "on");
}

pub async fn json_with_a_nul_is_read() {
    let (service, _) = somebody().await;
    let read = r#"SELECT json_extract('{"a":"x\u0000y\\u0000z"}', '$.a')"#;
    assert_eq!(service.postgres().texts(read).await, [r"xy\u0000z"]);
    let read = r#"SELECT as_jsonb('{"a":"\u0000\u0000x"}') ->> 'a'"#;
    assert_eq!(service.postgres().texts(read).await, ["x"]);
}

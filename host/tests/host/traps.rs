//! Instances that end before their time, and who takes over.

use crate::support::{Answer, House, eventually};
use futures::{FutureExt as _, future::join_all};
use std::{sync::atomic::Ordering::Relaxed, time::Duration};
use tokio::task::JoinHandle;

fn ask(house: &House, method: &'static str, target: &'static str) -> JoinHandle<Answer> {
    let api = house.api;
    tokio::spawn(async move { api.ask(method, target, &[], b"").await })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_fails_and_what_was_queued_is_answered() {
    let house = House::with_one_worker().await;
    // As many as one instance works on at a time: what comes after them waits in the queue.
    let reads: Vec<_> = (0..254).map(|_| ask(&house, "GET", "/wait?hold")).collect();
    house.storage.asked("hold", 254).await;
    let change = ask(&house, "POST", "/wait?hold");
    house.storage.asked("hold", 255).await;
    let trap = ask(&house, "GET", "/wait-and-trap?hold-the-trap");
    house.storage.asked("hold-the-trap", 1).await;
    let queued: Vec<_> = (0..3).map(|_| ask(&house, "POST", "/hello")).collect();
    eventually("three requests wait", async || house.queued().await == 3).await;

    house.storage.release("hold-the-trap", 1);
    assert_eq!(trap.await.expect("an answer").status, 503);
    for read in reads {
        let read = read.await.expect("an answer");
        assert_eq!((read.status, read.error().as_str()), (503, "OVERLOADED"));
        assert_eq!(read.header("retry-after"), Some("1"));
    }
    let change = change.await.expect("an answer");
    assert_eq!((change.status, change.error().as_str()), (500, "INTERNAL"));
    assert_eq!(change.header("retry-after"), None);
    for queued in queued {
        assert_eq!(queued.await.expect("an answer").body, "hello");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_fails_ends_only_the_store_that_called_it() {
    let house = House::with(|config| config.workers = 2).await;
    let held = ask(&house, "POST", "/wait?hold");
    house.storage.asked("hold", 1).await;
    house.random.broken.store(true, Relaxed);
    // The held request keeps its instance busy, not blocked: ask until the other one has taken one.
    let failed = house.api.get("/random?32").await;
    assert_eq!((failed.status, failed.error().as_str()), (503, "OVERLOADED"));
    house.random.broken.store(false, Relaxed);
    assert_eq!(house.api.get("/random?32").await.status, 200);
    house.storage.release("hold", 1);
    let held = held.await.expect("an answer");
    assert!(matches!(held.status, 200 | 500), "{held:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_an_import_is_a_trap() {
    let house = House::with_one_worker().await;
    assert_eq!(house.api.post("/wait?panic").await.status, 500);
    assert_eq!(house.api.get("/hello").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_traps_makes_it_wait_and_not_ready() {
    let house = House::with_one_worker().await;
    assert_eq!(house.management.get("/ready").await.status, 200);
    for _ in 0..6 {
        assert_eq!(house.api.get("/trap").await.status, 503);
    }
    eventually("not ready", async || house.management.get("/ready").await.status == 503).await;
    assert_eq!(house.management.get("/health").await.status, 200);
    // Step by step: it may not have begun to wait yet.
    eventually("ready again", async || {
        house.clock.advance(Duration::from_secs(1));
        house.management.get("/ready").await.status == 200
    })
    .await;
    assert_eq!(house.api.get("/hello").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_http_is_our_bug() {
    let house = House::with_one_worker().await;
    let answer = house.api.get("/nonsense").await;
    assert_eq!((answer.status, answer.error().as_str()), (500, "INTERNAL"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_has_grown_is_flushed_and_replaced() {
    let house = House::with_one_worker().await;
    assert_eq!(house.api.get("/instance").await.body, "0");
    assert_eq!(house.api.get("/grow?80").await.body, "grown");
    eventually("another instance", async || house.api.get("/instance").await.body == "0").await;
    house.storage.asked("flush", 1).await;
    assert!(house.management.get("/metrics").await.body.contains("mana_auth_traps_total 0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_has_answered_a_million_calls_is_flushed_and_replaced() {
    let house = House::with_one_worker().await;
    assert_eq!(house.api.get("/instance").await.body, "0");
    for _ in 0..1_000_000 / 100 {
        let calls = (0..100).map(|_| house.server.call(|_, _| async { Ok(()) }.boxed()));
        assert!(join_all(calls).await.iter().all(Result::is_ok), "one was lost");
    }
    assert_eq!(house.api.get("/instance").await.body, "0", "it was not replaced");
    house.storage.asked("flush", 1).await;
    assert!(house.management.get("/metrics").await.body.contains("mana_auth_traps_total 0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_has_a_ceiling() {
    let house = House::with_one_worker().await;
    assert_eq!(house.api.get("/grow?300").await.body, "refused");
}

//! Guests that do not return, and those that only look like it.

use crate::support::{House, eventually, pass};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_is_ended_and_others_are_answered() {
    let house = House::with(|config| config.workers = 2).await;
    let (get, post) = (house.api, house.api);
    let get = tokio::spawn(async move { get.get("/loop").await });
    let post = tokio::spawn(async move { post.post("/loop").await });
    for _ in 0..20 {
        assert_eq!(house.api.get("/hello").await.body, "hello");
    }
    let (get, post) = (get.await.expect("an answer"), post.await.expect("an answer"));
    assert_eq!((get.status, get.error().as_str()), (503, "OVERLOADED"));
    assert_eq!((post.status, post.error().as_str()), (500, "INTERNAL"));
    assert_eq!(post.header("retry-after"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_imports_are_no_progress() {
    let house = House::with_one_worker().await;
    assert_eq!(house.api.get("/loop-with-imports").await.status, 503);
    assert_eq!(house.api.get("/hello").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_work_that_gives_way_goes_on() {
    let house = House::with_one_worker().await;
    let api = house.api;
    let long = tokio::spawn(async move { api.get("/long-and-yielding?1500").await });
    eventually("others are answered meanwhile", async || house.api.get("/hello").await.status == 200).await;
    assert_eq!(long.await.expect("an answer").status, 200);
    assert!(house.management.get("/metrics").await.body.contains("mana_auth_traps_total 0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_a_few_ticks_is_left_alone() {
    let house = House::with_one_worker().await;
    assert_eq!(house.api.get("/long?30").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_instance_is_left_alone() {
    let house = House::with_one_worker().await;
    assert_eq!(house.api.get("/instance").await.body, "0");
    // Longer than a runaway may run. The ticker is not moved by the test's clock, so this is real time.
    pass(Duration::from_millis(700)).await;
    assert_eq!(house.api.get("/instance").await.body, "1");
}

//! How a server begins, what it does by itself, and how it ends.

use crate::support::{House, eventually};
use mana_auth::{BuildError, StartError, bindings::exports::mana::auth::maintenance};
use std::time::Duration;
use tokio::net::TcpStream;

async fn refusal(key: &str, value: &str) -> BuildError {
    let house = House::build(|config| _ = config.component.insert(key.to_owned(), value.to_owned()));
    house.await.err().expect("it does not start")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_instance_starts_as_the_one_that_serves() {
    let house = House::with(|config| config.workers = 3).await;
    // Two more, and the spare.
    house.storage.asked("start false", 3).await;
    assert_eq!(house.storage.count("start true"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_refuses_to_start_says_why() {
    let error = refusal("misbehave", "refuse").await;
    assert!(error.to_string().contains("newer version"), "{error}");
    let expected = maintenance::StartError::NewerSchema(7);
    assert!(
        matches!(error, BuildError::Start(StartError::Refused(why)) if format!("{why:?}") == format!("{expected:?}"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_nobody_knows_is_named() {
    let error = refusal("misbehav", "well").await;
    assert_eq!(error.to_string(), "misbehav: unknown key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_traps_as_it_starts_is_an_error() {
    let error = refusal("misbehave", "trap").await;
    assert!(matches!(error, BuildError::Start(StartError::Trapped(_))), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_comes_with_time() {
    let house = House::with_one_worker().await;
    eventually("a flush and a run", async || {
        house.clock.advance(Duration::from_secs(60));
        house.storage.count("flush") >= 1 && house.storage.count("run") >= 1
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_flushes_every_instance_and_runs_once() {
    let house = House::with(|config| config.workers = 2).await;
    house.server.tick().await;
    assert_eq!((house.storage.count("flush"), house.storage.count("run")), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_case_completes_when_its_client_hangs_up() {
    let proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    let house = House::with(|config| config.trusted_proxies = proxies).await;
    let request = b"POST /wait-and-change?hold HTTP/1.1\r\nhost: a\r\nx-request-id: abandoned\r\ncontent-length: 0\r\n\r\n";
    let client = house.api.open(request).await;
    house.storage.asked("hold", 1).await;
    assert!(house.live.contains("abandoned"), "somebody waits for it");
    drop(client);
    eventually("nobody waits for it", async || !house.live.contains("abandoned")).await;
    let metrics = house.management.get("/metrics").await.body;
    assert!(metrics.contains("mana_auth_in_flight 1"), "but it goes on");
    house.storage.release("hold", 1);
    house.storage.asked("changed", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_progress_finishes_before_the_end() {
    let house = House::with_one_worker().await;
    let api = house.api;
    let held = tokio::spawn(async move { api.get("/wait?hold").await });
    house.storage.asked("hold", 1).await;
    house.stop.send(()).expect("it runs");
    eventually("no new connection", async || TcpStream::connect(api.address).await.is_err()).await;
    let ready = house.management.get("/ready").await;
    assert_eq!((ready.status, ready.body.as_str()), (503, "shutting down\n"));
    assert_eq!(house.storage.count("flush"), 0);
    house.storage.release("hold", 1);
    assert_eq!(held.await.expect("an answer").status, 200);
    house.served.await.expect("it ends");
    assert_eq!(house.storage.count("flush"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_does_not_wait_for_ever() {
    let house = House::with(|config| config.drain_timeout = Duration::from_secs(3)).await;
    let api = house.api;
    let stuck = tokio::spawn(async move { api.get("/yield-for-ever").await });
    eventually("it has begun", async || house.management.get("/metrics").await.body.contains("in_flight 1"))
        .await;
    house.stop.send(()).expect("it runs");
    let House { clock, served, .. } = house;
    eventually("the end", async || {
        clock.advance(Duration::from_secs(3));
        served.is_finished()
    })
    .await;
    stuck.abort();
}

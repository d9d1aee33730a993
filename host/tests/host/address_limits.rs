//! What one address has too many of is turned away before an instance sees it.

use crate::support::{House, eventually};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;

/// A house behind a trusted proxy, which is this machine.
async fn behind_a_proxy(change: impl FnOnce(&mut mana_auth::config::Config)) -> House {
    House::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        change(config);
    })
    .await
}

async fn from(house: &House, address: &str) -> crate::support::Answer {
    house.api.ask("GET", "/hello", &[("x-forwarded-for", address)], b"").await
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_past_a_burst_are_refused_until_time_has_passed() {
    let house = behind_a_proxy(|config| config.requests_per_second = 2).await;
    for _ in 0..10 {
        assert_eq!(from(&house, "203.0.113.5").await.status, 200);
    }
    let refused = from(&house, "203.0.113.5").await;
    assert_eq!((refused.status, refused.error().as_str()), (429, "RATE_LIMITED"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(from(&house, "203.0.113.6").await.status, 200, "another address");
    house.clock.advance(Duration::from_millis(500));
    assert_eq!(from(&house, "203.0.113.5").await.status, 200);
    assert_eq!(from(&house, "203.0.113.5").await.status, 429);
    let metrics = house.management.get("/metrics").await.body;
    assert!(metrics.contains("mana_auth_shed_total{what=\"requests\"} 2\n"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_v6_network_is_one_and_so_is_everyone_unknown() {
    let house = behind_a_proxy(|config| config.requests_per_second = 1).await;
    for n in 0..5 {
        assert_eq!(from(&house, &format!("2001:db8:1:2::{n}")).await.status, 200);
        assert_eq!(from(&house, "unknown").await.status, 200);
    }
    assert_eq!(from(&house, "2001:db8:1:2:ffff::1").await.status, 429);
    assert_eq!(from(&house, "2001:db8:1:3::1").await.status, 200);
    assert_eq!(from(&house, "nowhere").await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_exempt_and_so_is_everyone_without_a_limit() {
    let house = House::with(|config| config.requests_per_second = 1).await;
    for _ in 0..20 {
        assert_eq!(house.api.get("/hello").await.status, 200);
    }
    let house = behind_a_proxy(|config| config.requests_per_second = 0).await;
    for _ in 0..20 {
        assert_eq!(from(&house, "203.0.113.5").await.status, 200);
    }
}

/// Loopback is this machine, so what an address has too many of is told by the unit tests; here, that our own are let in.
#[tokio::test(flavor = "multi_thread")]
async fn connections_of_this_machine_are_not_counted() {
    let house = House::with(|config| config.connections_per_address = 1).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(house.api.open(b"GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").await);
    }
    for stream in &mut held {
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
    }
    drop(held);
    eventually("they are given back", async || {
        house.management.get("/metrics").await.body.contains("mana_auth_connections 0\n")
    })
    .await;
}

//! How many connections may be open, and what becomes of those beyond.

use crate::support::{Client, House, eventually};
use futures::FutureExt as _;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const KEEP: &[u8] = b"GET /hello HTTP/1.1\r\nhost: a\r\n\r\n";
const CLOSE: &[u8] = b"GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

/// A server with so few connections, which it leaves open however long they idle.
async fn house(connections: usize) -> House {
    House::with(|config| {
        config.connections = connections;
        config.header_timeout = Duration::from_secs(3600);
    })
    .await
}

/// Asks on a connection that stays open.
async fn ask(client: Client, stream: &mut TcpStream) {
    stream.write_all(KEEP).await.expect("it is read");
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        assert!(stream.read_buf(&mut answer).await.expect("an answer") > 0, "it was closed");
    }
    assert_eq!(client.parse(std::str::from_utf8(&answer).expect("text")).status, 200);
}

async fn answer(client: Client, mut stream: TcpStream) {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert_eq!(client.parse(&answer).body, "hello");
}

async fn open(house: &House) -> i64 {
    house.metric("mana_auth_connections").await.expect("the gauge")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_beyond_the_limit_takes_the_place_of_one_that_idles() {
    let house = house(1).await;
    let mut idle = house.api.open(b"").await;
    ask(house.api, &mut idle).await;
    answer(house.api, house.api.open(CLOSE).await).await;
    assert_eq!(idle.read(&mut [0]).await.expect("its end"), 0);
    assert_eq!(house.metric("mana_auth_shed_total{what=\"idle_connections\"}").await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_not_used_yet_is_waited_for() {
    let house = house(2).await;
    let (mut one, mut other) = (house.api.open(b"").await, house.api.open(b"").await);
    let waiting = house.api.open(CLOSE).await;
    // Rounds in which a connection that is let in would have been.
    for _ in 0..50 {
        assert_eq!(open(&house).await, 2);
    }
    assert!(waiting.peek(&mut [0]).now_or_never().is_none(), "it has an answer already");
    ask(house.api, &mut one).await;
    answer(house.api, waiting).await;
    ask(house.api, &mut other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_waits_is_lost() {
    let house = house(1).await;
    let mut held = house.api.open(b"").await;
    ask(house.api, &mut held).await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(house.api.open(CLOSE).await);
    }
    drop(held);
    for stream in waiting {
        answer(house.api, stream).await;
    }
    eventually("every connection is given back", async || open(&house).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_management_address_has_connections_of_its_own() {
    let house = house(1).await;
    let mut held = house.api.open(b"").await;
    ask(house.api, &mut held).await;
    assert_eq!(house.management.get("/ready").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_to_the_management_address_keep_no_probe_out() {
    let house = house(1).await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        let mut stream = house.management.open(b"GET /health HTTP/1.1\r\nhost: a\r\n\r\n").await;
        stream.read_exact(&mut [0]).await.expect("an answer");
        idle.push(stream);
    }
    assert_eq!(house.management.get("/ready").await.status, 200);
}

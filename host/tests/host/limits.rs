//! The bounds of a request, and what happens at them.

use crate::support::{House, eventually};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_an_answer() {
    let house = House::with(|config| config.queue = 2).await;
    let api = house.api;
    let ask = || tokio::spawn(async move { api.post("/wait?hold").await });
    let mut held = Vec::new();
    for n in 1..=256 {
        held.push(ask());
        house.storage.asked("hold", n).await;
    }
    let queued: Vec<_> = (0..2).map(|_| ask()).collect();
    eventually("two requests wait", async || house.queued().await == 2).await;

    let refused = house.api.post("/hello").await;
    assert_eq!((refused.status, refused.error().as_str()), (503, "OVERLOADED"));
    assert_eq!(refused.header("retry-after"), Some("1"));

    house.storage.release("hold", 258);
    for request in held.into_iter().chain(queued) {
        assert_eq!(request.await.expect("an answer").status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_64_kib_is_the_largest() {
    let house = House::with_one_worker().await;
    let post = async |size| house.api.ask("POST", "/echo", &[], &vec![b'x'; size]).await;
    assert!(post(64 * 1024).await.body.contains(r#""body":65536"#));
    let refused = post(64 * 1024 + 1).await;
    assert_eq!((refused.status, refused.error().as_str()), (413, "PAYLOAD_TOO_LARGE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_unknown_length_is_counted_as_it_comes() {
    let house = House::with_one_worker().await;
    let mut request =
        b"POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..5 {
        request.extend_from_slice(b"4000\r\n");
        request.extend_from_slice(&[b'x'; 0x4000]);
        request.extend_from_slice(b"\r\n");
    }
    // It does not end, which is not waited for for long.
    let api = house.api;
    let answer = house.advance_until(Duration::from_secs(1), async move { api.send(&request).await }).await;
    assert_eq!(answer.status, 413);
}

/// Who is cut off while it still sends sees a reset in place of the answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_taken_so_that_its_sender_hears_why() {
    let house = House::with_one_worker().await;
    let announced = b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 800000\r\n\r\n".to_vec();
    let chunked = b"POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nc3500\r\n".to_vec();
    for mut request in [announced, chunked] {
        request.extend(vec![b'x'; 800_000]);
        request.extend(b"\r\n0\r\n\r\n");
        let mut stream = tokio::net::TcpStream::connect(house.api.address).await.expect("a connection");
        stream.write_all(&request).await.expect("all of it is taken");
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(answer, b"HTTP/1.1 413");
    }
    // Who asks first is told at once.
    let asks = b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 800000\r\nexpect: 100-continue\r\n\r\n";
    assert_eq!(house.api.send(asks).await.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_keep_the_others_waiting() {
    // 256 are worked on at a time, and so many wait: an address may have an eighth.
    let house = House::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        (config.queue, config.requests_per_second) = (64, 0);
    })
    .await;
    let api = house.api;
    let ask = |address| {
        tokio::spawn(async move { api.ask("POST", "/wait?hold", &[("x-forwarded-for", address)], b"").await })
    };
    let mut held = Vec::new();
    for n in 1..=40 {
        held.push(ask("203.0.113.5"));
        house.storage.asked("hold", n).await;
    }
    let refused = ask("203.0.113.5").await.expect("an answer");
    assert_eq!((refused.status, refused.error().as_str()), (503, "OVERLOADED"));
    held.push(ask("203.0.113.6"));
    house.storage.asked("hold", 41).await;
    house.storage.release("hold", 41);
    for request in held {
        assert_eq!(request.await.expect("an answer").status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let house = House::with(|config| config.body_timeout = Duration::from_secs(10)).await;
    let api = house.api;
    let answer = house
        .advance_until(Duration::from_secs(10), async move {
            api.send(b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf").await
        })
        .await;
    assert_eq!((answer.status, answer.error().as_str()), (408, "REQUEST_TIMEOUT"));
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_are_bounded_in_number_and_size() {
    let house = House::with_one_worker().await;
    // `host` and `connection` are two more.
    let many = |count| (0..count).map(|_| ("x", "y")).collect::<Vec<_>>();
    assert_eq!(house.api.ask("GET", "/echo", &many(62), b"").await.status, 200);
    let refused = house.api.ask("GET", "/echo", &many(63), b"").await;
    assert_eq!((refused.status, refused.error().as_str()), (431, "HEADERS_TOO_LARGE"));
    assert_eq!(house.api.ask("GET", "/echo", &many(200), b"").await.error(), "HEADERS_TOO_LARGE");

    let long = "y".repeat(17 * 1024);
    assert_eq!(house.api.ask("GET", "/echo", &[("x", &long)], b"").await.error(), "HEADERS_TOO_LARGE");
    let target = format!("/echo?{long}");
    assert_eq!(house.api.get(&target).await.error(), "HEADERS_TOO_LARGE");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_has_a_shorter_limit_than_the_request() {
    let house = House::with(|config| config.request_timeout = Duration::from_secs(30)).await;
    let api = house.api;
    eventually("housekeeping waits", async || house.clock.sleepers() == 1).await;
    let answer = tokio::spawn(async move { api.get("/wait?hold").await });
    eventually("request and import wait", async || house.clock.sleepers() == 3).await;
    house.clock.advance(Duration::from_secs(15));
    let answer = answer.await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (503, "Error::Busy"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let house = House::with(|config| config.request_timeout = Duration::from_secs(30)).await;
    let api = house.api;
    let step = Duration::from_secs(30);
    let answer = house.advance_until(step, async move { api.post("/yield-for-ever").await }).await;
    assert_eq!((answer.status, answer.error().as_str()), (503, "OVERLOADED"));
}

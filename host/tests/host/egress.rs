//! Clients that don't take their answers, and what becomes of these.

use crate::support::{Client, House, eventually};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
};

const STEP: Duration = Duration::from_secs(1);

/// A connection of HTTP/2 that lets so much of each answer come.
struct Two {
    send: http2::SendRequest<Empty<Bytes>>,
    connection: JoinHandle<hyper::Result<()>>,
}

impl Two {
    async fn open(client: Client, window: u32) -> Self {
        let stream = TokioIo::new(TcpStream::connect(client.address).await.expect("a connection"));
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(window);
        let (send, connection) = builder.handshake(stream).await.expect("HTTP/2");
        Self { send, connection: tokio::spawn(connection) }
    }

    /// Asks; the answer's head has come then.
    async fn ask(&mut self, method: &str, target: &str) -> Response<Incoming> {
        let request = Request::builder().method(method).uri(format!("http://auth.example{target}"));
        let request = request.body(Empty::new()).expect("a request");
        self.send.send_request(request).await.expect("an answer")
    }
}

/// Whether the stream was reset before the answer's end.
async fn is_reset(answer: Response<Incoming>) -> bool {
    answer.into_body().collect().await.is_err()
}

async fn metric(house: &House, name: &str) -> i64 {
    house.metric(name).await.unwrap_or(0)
}

async fn stalled(house: &House) -> i64 {
    metric(house, "mana_auth_answers_cut_total{why=\"stalled\"}").await
}

/// Lets time pass until so many answers have been given up.
async fn until_stalled(house: &House, answers: i64) {
    eventually("they are given up", async || {
        house.clock.advance(STEP);
        stalled(house).await == answers
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_lets_nothing_come_is_reset_and_others_are_not() {
    let house = House::with_one_worker().await;
    let mut client = Two::open(house.api, 0).await;
    let answer = client.ask("GET", "/large?64").await;
    assert_eq!(answer.headers()["content-length"], "65536");
    assert_eq!(metric(&house, "mana_auth_send_buffer_bytes").await, 70 * 1024);
    until_stalled(&house, 1).await;
    assert!(is_reset(answer).await);
    assert_eq!(metric(&house, "mana_auth_send_buffer_bytes").await, 0);
    let after = client.ask("HEAD", "/large?64").await;
    assert_eq!(after.status(), 200, "the connection goes on");
    assert!(!is_reset(after).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_stops_in_the_middle_is_reset() {
    let house = House::with_one_worker().await;
    let mut client = Two::open(house.api, 10).await;
    let answer = client.ask("GET", "/large?64").await;
    until_stalled(&house, 1).await;
    let mut body = answer.into_body();
    let began = body.frame().await.expect("a frame").expect("not yet the end");
    assert_eq!(began.into_data().expect("data").len(), 10);
    assert!(body.collect().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_all_is_told_the_end() {
    let house = House::with_one_worker().await;
    let mut client = Two::open(house.api, 1000).await;
    let answer = client.ask("GET", "/large?256").await;
    let body = answer.into_body().collect().await.expect("all of it").to_bytes();
    assert_eq!(body.len(), 256 * 1024);
    eventually("nothing waits", async || metric(&house, "mana_auth_send_buffer_bytes").await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_of_http_1_that_reads_nothing_is_closed() {
    let house = House::with_one_worker().await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small one");
    let mut stream = socket.connect(house.api.address).await.expect("a connection");
    stream.write_all(b"GET /large?8192 HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("it is read");
    stream.peek(&mut [0]).await.expect("it begins");
    until_stalled(&house, 1).await;
    let mut answer = Vec::new();
    // The end may be a reset.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.len() < 8192 * 1024);
    eventually("it is closed", async || metric(&house, "mana_auth_connections").await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_management_address_waits_no_longer() {
    let house = House::with_one_worker().await;
    let mut client = Two::open(house.management, 0).await;
    let answer = client.ask("GET", "/metrics").await;
    until_stalled(&house, 1).await;
    assert!(is_reset(answer).await);
    assert_eq!(house.management.get("/health").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_too_much_waits_the_slowest_goes_before_its_time() {
    // So that a connection has room for one such answer.
    let house = House::with(|config| config.send_buffer = 32 * 70 * 1024).await;
    let mut client = Two::open(house.api, 0).await;
    let first = client.ask("GET", "/large?64").await;
    house.clock.advance(STEP);
    let second = client.ask("GET", "/large?64").await;
    assert!(is_reset(first).await);
    assert_eq!(metric(&house, "mana_auth_answers_cut_total{why=\"crowded\"}").await, 1);
    assert_eq!(metric(&house, "mana_auth_send_buffer_bytes").await, 70 * 1024);
    drop(second);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_of_http_2_goes_where_another_wants_its_place() {
    let house = House::with(|config| config.connections = 1).await;
    let mut idle = Two::open(house.api, 65_535).await;
    assert!(!is_reset(idle.ask("GET", "/hello").await).await);
    assert_eq!(house.api.get("/hello").await.body, "hello");
    let _ = idle.connection.await.expect("no panic");
    assert_eq!(metric(&house, "mana_auth_shed_total{what=\"idle_connections\"}").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_connection_of_http_2_does_not() {
    let house = House::with(|config| config.connections = 1).await;
    let mut busy = Two::open(house.api, 65_535).await;
    let answer = tokio::spawn(async move {
        let answer = busy.ask("GET", "/wait?hold").await;
        (is_reset(answer).await, busy)
    });
    house.storage.asked("hold", 1).await;
    let api = house.api;
    let waiting = tokio::spawn(async move { api.get("/hello").await.body });
    for _ in 0..50 {
        assert_eq!(house.management.get("/health").await.status, 200);
    }
    assert!(!waiting.is_finished());
    house.storage.release("hold", 1);
    assert!(!answer.await.expect("an answer").0);
    assert_eq!(waiting.await.expect("an answer"), "hello");
}

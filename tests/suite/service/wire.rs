//! Connections in a scenario's own hands, which it need not read.

use super::{Service, management::Metrics};
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{net::SocketAddr, time::Duration};
use tokio::net::{TcpSocket, TcpStream};

/// How often it is looked whether clients have been given up: much longer than that takes where nobody can move time.
const LOOKS: usize = 100_000;

/// A connection of HTTP/2.
pub struct Two {
    send: http2::SendRequest<Empty<Bytes>>,
    _stop: tokio::task::JoinHandle<hyper::Result<()>>,
}

impl Service {
    /// A connection to the API, whose client has room for so few bytes that nobody has read.
    pub async fn connect(&self, room: u32) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(room).expect("a size");
        socket.connect(address(&self.runner.base_url())).await.expect("a connection")
    }

    /// A connection of HTTP/2 to the API, which lets so much of each answer come.
    pub async fn two(&self, window: u32) -> Two {
        Two::open(address(&self.runner.base_url()), window).await
    }

    /// The same to the management address.
    pub async fn managing_two(&self, window: u32) -> Two {
        Two::open(address(&self.runner.management_url()), window).await
    }

    /// Lets time pass until so many answers have been given up.
    pub async fn until_stalled(&self, answers: u64) {
        self.until("they are given up", |metrics| metrics.count("answers_cut", "stalled") == answers).await;
    }

    /// Lets time pass until every connection to the API is closed.
    pub async fn until_disconnected(&self) {
        self.until("they are closed", |metrics| metrics.connections() == 0).await;
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Metrics) -> bool) {
        for _ in 0..LOOKS {
            if is_so(&self.metrics().await) {
                return;
            }
            if let Some(clock) = self.runner.clock() {
                clock.advance(Duration::from_millis(100));
            }
        }
        panic!("{what}: it did not happen");
    }
}

impl Two {
    async fn open(address: SocketAddr, window: u32) -> Self {
        let stream = TokioIo::new(TcpStream::connect(address).await.expect("a connection"));
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(window);
        let (send, connection) = builder.handshake(stream).await.expect("HTTP/2");
        Self { send, _stop: tokio::spawn(connection) }
    }

    /// Asks; the answer's head has come then.
    pub async fn call(&mut self, method: Method, path: &str) -> Response<Incoming> {
        let request = Request::builder().method(method).uri(format!("http://auth.example{path}"));
        let request = request.body(Empty::new()).expect("a request");
        self.send.send_request(request).await.expect("an answer")
    }
}

/// Whether an answer was reset before its end.
pub async fn is_reset(answer: Response<Incoming>) -> bool {
    answer.into_body().collect().await.is_err()
}

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").and_then(|address| address.parse().ok()).expect("an address")
}

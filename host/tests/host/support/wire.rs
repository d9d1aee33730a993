//! The real service, and connections to it that speak one version of HTTP.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use mana_auth::{Server, config::Config};
use serde_json::Value;
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

/// The service with the real component, on an empty database.
pub struct Service {
    address: SocketAddr,
    _data: TempDir,
}

/// One connection.
pub enum Wire {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub what: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Service {
    pub async fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let config = Config::from_pairs([
            ("data", data.path().to_str().expect("a path in UTF-8")),
            ("secrets", "1:5cTJW8vJv1qTq6mQ3o0h0xk2p9Yw7sLr4nZbXeVfUgA"),
            ("public_url", "http://localhost:3001"),
            ("password_memory_kib", "1024"),
            ("password_iterations", "1"),
        ]);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let server = Server::builder().config(config.expect("valid")).build().await.expect("a start");
        tokio::spawn(async move { server.serve(listener, None, std::future::pending()).await });
        Self { address, _data: data }
    }

    /// A connection that speaks HTTP/1.1.
    pub async fn one(&self) -> Wire {
        let stream = TokioIo::new(TcpStream::connect(self.address).await.expect("a connection"));
        let (send, connection) = http1::handshake(stream).await.expect("HTTP/1.1");
        tokio::spawn(connection);
        Wire::One(send)
    }

    /// A connection that speaks HTTP/2 from its first byte (RFC 9113 §3.3).
    pub async fn two(&self) -> Wire {
        let stream = TokioIo::new(TcpStream::connect(self.address).await.expect("a connection"));
        let (send, connection) = http2::handshake(TokioExecutor::new(), stream).await.expect("HTTP/2");
        tokio::spawn(connection);
        Wire::Two(send)
    }
}

impl Wire {
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = match self {
            Self::One(_) => request.uri(path).header("host", "localhost:3001"),
            Self::Two(_) => request.uri(format!("http://localhost:3001{path}")),
        };
        let request = request.body(Full::new(body.into())).expect("a request");
        let what = format!("{method} {path}");
        let response = match self {
            Self::One(send) => {
                send.ready().await.unwrap_or_else(|error| panic!("{what}: {error}"));
                send.send_request(request).await
            }
            Self::Two(send) => send.send_request(request).await,
        };
        let (head, body) = response.unwrap_or_else(|error| panic!("{what}: {error}")).into_parts();
        let body = body.collect().await.unwrap_or_else(|error| panic!("{what}: {error}")).to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{what}: {error}: {body:?}"));
        Answer { what, status: head.status, headers: head.headers, body }
    }
}

impl Answer {
    /// The session cookie as a browser sends it back.
    pub fn cookie(&self) -> String {
        let set = self.headers["set-cookie"].to_str().expect("text");
        set.split(';').next().expect("a pair").to_owned()
    }

    /// A member of the body.
    pub fn member(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_else(|| panic!("{self:?} has no {name}"))
    }
}

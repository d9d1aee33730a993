//! hyper alone, with an answer of the same fields and about the same size as a read of a session: the ceiling that `bench/compare` measures
//! beside the server.

#![allow(clippy::expect_used, reason = "a benchmark fails by panicking")]

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body_util::Full;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use mana_auth_hygiene::{Policy, Scheme};
use std::{convert::Infallible, env, sync::Arc};
use tokio::net::TcpListener;

const BODY: &[u8] = &[b'x'; 513];

#[tokio::main]
async fn main() {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3903".to_owned());
    let listener = TcpListener::bind(address).await.expect("an address that is free");
    let mut fields = HeaderMap::new();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Policy::new(None, vec![]).apply(Scheme::Http, None, &mut fields);
    fields.insert("x-request-id", HeaderValue::from_static("82362db940c8e3effc3357410ddb70b8"));
    let fields = Arc::new(fields);
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        let fields = Arc::clone(&fields);
        let answer = service_fn(move |_| {
            let mut response = Response::new(Full::new(Bytes::from_static(BODY)));
            response.headers_mut().clone_from(&fields);
            async move { Ok::<_, Infallible>(response) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .writev(false)
            .serve_connection(TokioIo::new(stream), answer);
        tokio::spawn(connection);
    }
}

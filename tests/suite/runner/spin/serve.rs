//! HTTP before the instances, as Spin 4.1 has it: what it adds to a request, and what it answers for a component that
//! failed.

use super::instance::Instances;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Empty, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, net::SocketAddr};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use wasmtime_wasi_http::{WasiBody, handler::ProxyHandler};

type Body = UnsyncBoxBody<Bytes, wasmtime_wasi_http::Error>;

/// A listener; dropped, it accepts no more.
pub struct Serving {
    pub address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Serving {
    pub async fn start(handler: ProxyHandler<Instances>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let accepting = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                tokio::spawn(connection(stream, peer, handler.clone()));
            }
        });
        Self { address, accepting }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, handler: ProxyHandler<Instances>) {
    let service = service_fn(move |request| {
        let handler = handler.clone();
        async move { Ok::<_, Infallible>(answer(&handler, request, peer).await) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    // A client that goes away in the middle is a scenario of its own.
    let _ = builder.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    handler: &ProxyHandler<Instances>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Body> {
    let Some(request) = prepared(request, peer) else { return empty(400) };
    match handler.handle((), request).await {
        Ok(response) => response,
        // A trap, or an error code in the place of a response.
        Err(error) => {
            eprintln!("no response: {error:?}");
            empty(500)
        }
    }
}

/// The client's own headers first, then Spin's: who takes the first `spin-client-addr` believes the client.
fn prepared(request: Request<Incoming>, peer: SocketAddr) -> Option<Request<WasiBody>> {
    let (mut head, body) = request.into_parts();
    let host = head.headers.remove(header::HOST);
    let authority = host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or_default();
    let target = head.uri.path_and_query()?.as_str();
    head.uri = Uri::builder().scheme("http").authority(authority).path_and_query(target).build().ok()?;
    head.headers.remove(header::CONNECTION);
    for (name, value) in [
        ("spin-path-info", head.uri.path().to_owned()),
        ("spin-full-url", head.uri.to_string()),
        ("spin-matched-route", "/...".to_owned()),
        ("spin-base-path", "/".to_owned()),
        ("spin-raw-component-route", "/...".to_owned()),
        ("spin-component-route", String::new()),
        ("spin-client-addr", peer.to_string()),
    ] {
        head.headers.append(name, HeaderValue::try_from(value).ok()?);
    }
    Some(Request::from_parts(head, body.map_err(Into::into).boxed_unsync()))
}

fn empty(status: u16) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    response
}

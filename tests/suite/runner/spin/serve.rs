//! HTTP before an application.

use super::site::Site;
use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, net::SocketAddr, sync::Arc};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A listener; dropped, it accepts no more.
pub struct Serving {
    pub address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Serving {
    pub async fn start(site: Arc<Site>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let accepting = tokio::spawn(async move {
            while let Ok((stream, client)) = listener.accept().await {
                tokio::spawn(connection(stream, client, site.clone()));
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

async fn connection(stream: TcpStream, client: SocketAddr, site: Arc<Site>) {
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let site = site.clone();
        let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
        async move { Ok::<_, Infallible>(site.answer(request, client).await) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    // A client that goes away in the middle is a scenario of its own.
    let _ = builder.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

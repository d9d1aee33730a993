//! The library, asked by type: what the interfaces offer is asked of them, and everything else of the routes. So the scenarios
//! of the routes are told against the functions too.

mod answers;
mod calls;

use super::{Hooks, Runner, Settings, host::Host};
use bytes::Bytes;
use calls::Face;
use futures::future::BoxFuture;
use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use mana_auth::{Peer, clock::TestClock};
use std::{
    convert::Infallible,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tower_service::Service as _;

/// The files whose scenarios are told against it: those of routes that have a function.
pub const FILES: [&str; 16] = [
    "account_deletion",
    "change_password",
    "instant_revocation",
    "limits",
    "lockout",
    "lockout_cumulative",
    "lockout_lifted",
    "login",
    "logout",
    "profile",
    "refresh",
    "register",
    "service_token",
    "session_to_token",
    "suspicions",
    "undecided",
];

/// The library, with a face before it that asks by type.
pub struct Typed {
    host: Host,
    front: Front,
}

/// A listener; dropped, it accepts no more.
struct Front {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Typed {
    pub async fn start(
        data: &Path,
        settings: &Settings,
        clock: Arc<TestClock>,
        hooks: Hooks,
    ) -> Result<Self, String> {
        let host = Host::start(data, settings, clock, hooks).await?;
        let front = Front::start(&host, settings).await;
        Ok(Self { host, front })
    }
}

impl Front {
    async fn start(host: &Host, settings: &Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let face = Arc::new(Face::new(host.shared_server(), settings));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, client)) = listener.accept().await {
                let face = face.clone();
                let service = service_fn(move |request| answer(face.clone(), client, request));
                let mut builder = hyper::server::conn::http1::Builder::new();
                builder.timer(TokioTimer::new());
                tokio::spawn(async move {
                    // A client that goes away in the middle is a scenario of its own.
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, accepting }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn answer(
    face: Arc<Face>,
    client: SocketAddr,
    request: http::Request<hyper::body::Incoming>,
) -> Result<http::Response<http_body_util::Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    if let Some(answer) = face.answer(client.ip(), &head, &body).await {
        return Ok(answer.map(Into::into));
    }
    let mut request = http::Request::from_parts(head, http_body_util::Full::new(body));
    request.extensions_mut().insert(Peer(client));
    face.routes().call(request).await
}

impl Runner for Typed {
    fn base_url(&self) -> String {
        format!("http://{}", self.front.address)
    }

    fn management_url(&self) -> String {
        self.host.management_url()
    }

    fn clock(&self) -> Option<Arc<TestClock>> {
        self.host.clock()
    }

    fn tick(&self) -> BoxFuture<'_, ()> {
        self.host.tick()
    }

    fn database(&self) -> PathBuf {
        self.host.database()
    }

    fn log(&self) -> String {
        self.host.log()
    }

    fn stop(&mut self) -> BoxFuture<'_, ()> {
        self.host.stop()
    }

    fn restart<'a>(&'a mut self, settings: &'a Settings) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async {
            self.host.restart(settings).await?;
            self.front = Front::start(&self.host, settings).await;
            Ok(())
        })
    }
}

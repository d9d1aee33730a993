//! HTTP in front of the component: what runs it, listens for it and keeps it in order.

mod acceptor;
mod access_log;
mod address_limits;
mod answer_memory;
mod asked;
mod audit_log;
mod budget;
mod builder;
mod calendar;
mod calls;
mod connections;
mod delivery;
mod descriptors;
mod documents;
mod egress;
mod framed_hash;
mod housekeeping;
mod id;
mod internal;
mod management;
mod networks;
mod open;
mod readiness;
mod request;
mod request_error;
mod response;
mod service;
mod shared;
mod single_flight;
mod timeouts;
mod validate;

pub use audit_log::AuditLog;
pub use builder::{BuildError, Builder};
pub use calls::{Calls, Interface};
pub use service::{Peer, Service};
pub(crate) use shared::Shared;

use crate::{bindings::Auth, imports::HostState, workers::CallError};
use address_limits::ConnectionLimit;
use connections::Connections;
use egress::Egress;
use futures::future::{BoxFuture, OptionFuture, join};
use prometheus_client::metrics::gauge::Gauge;
use std::{
    net::IpAddr,
    sync::{Arc, atomic::Ordering::Relaxed},
};
use tokio::{net::TcpListener, sync::oneshot};
use wasmtime::component::Accessor;

/// How many connections the management address may have open: a few probes and one scraper.
const MANAGEMENT_CONNECTIONS: usize = 32;

/// The authentication service, ready to answer.
///
/// Ten lines make a server of it:
///
/// ```
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use mana_auth::{Server, config::Config, random::SystemRandom, secret};
/// use tokio::net::TcpListener;
///
/// # let folder = tempfile::tempdir()?;
/// # let data = folder.path().join("data").to_string_lossy().into_owned();
/// # #[cfg(any())]
/// let data = "./data".to_owned();
/// let mut config = Config::from_pairs([("listen", "127.0.0.1:0"), ("data", data.as_str())])?;
/// let secret = secret::read_or_create(&config.data, &config.database(), &SystemRandom)?;
/// config.component.insert("secrets".to_owned(), secret.to_string());
///
/// let listener = TcpListener::bind(config.listen).await?;
/// config.bound(listener.local_addr()?);
/// let server = Server::builder().config(config).build().await?;
/// let interrupted = async { drop(tokio::signal::ctrl_c().await) };
/// # let interrupted = async {};
/// server.serve(listener, None, interrupted).await;
/// # Ok(())
/// # }
/// ```
///
/// Dropping it ends its instances once they have finished what they began; [`Server::shut_down`] waits for
/// that.
pub struct Server {
    shared: Arc<Shared>,
    connections: Connections,
    /// What waits on the management address: neither address can crowd the other.
    management_egress: Arc<Egress>,
}

impl Server {
    /// Serves the API on one listener and, on another, health, readiness and metrics, until `shutdown` is ready.
    /// Then it accepts no more, lets the requests in progress finish for as long as `drain_timeout` says, has
    /// every instance write what it gathered, and returns.
    pub async fn serve(
        &self,
        listener: TcpListener,
        management: Option<TcpListener>,
        shutdown: impl Future<Output = ()>,
    ) {
        let shared = self.shared.clone();
        let shutdown = async {
            shutdown.await;
            shared.draining.store(true, Relaxed);
        };
        // Probes are answered until the last request is.
        let (drained, until_drained) = oneshot::channel::<()>();
        let api = async {
            let shared = self.shared.clone();
            let answer = move |peer, request| shared.answer(peer, request);
            self.connections.serve(listener, answer, shutdown).await;
            drop(drained);
        };
        let management: OptionFuture<_> =
            management.map(|listener| self.manage(listener, until_drained)).into();
        join(api, management).await;
        self.shut_down().await;
    }

    async fn manage(&self, listener: TcpListener, shutdown: oneshot::Receiver<()>) {
        let shared = self.shared.clone();
        let answer = move |peer: Option<IpAddr>, request| {
            let shared = shared.clone();
            async move { management::answer(&shared, peer, &request).await }
        };
        let connections = Connections {
            limit: MANAGEMENT_CONNECTIONS,
            of_address: ConnectionLimit::new(0, Vec::new()),
            metrics: self.connections.metrics.clone(),
            clock: self.connections.clock.clone(),
            count: Gauge::default(),
            egress: self.management_egress.clone(),
            ..self.connections
        };
        connections.serve(listener, answer, async { drop(shutdown.await) }).await;
    }

    /// The API as a service, to be mounted in a server of your own.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, extract::{ConnectInfo, Request}, middleware::{self, Next}, routing::get};
    /// use mana_auth::{Peer, Server};
    /// use std::net::SocketAddr;
    ///
    /// # use mana_auth::{config::Config, random::SystemRandom, secret};
    /// # let folder = tempfile::tempdir()?;
    /// # let data = folder.path().join("data").to_string_lossy().into_owned();
    /// # let mut config = Config::from_pairs([("data", data.as_str())])?;
    /// # let secret = secret::read_or_create(&config.data, &config.database(), &SystemRandom)?;
    /// # config.component.insert("secrets".to_owned(), secret.to_string());
    /// let server = Server::builder().config(config).build().await?;
    /// let app = Router::new()
    ///     .route("/hello", get(async || "hello"))
    ///     .fallback_service(server.service())
    ///     // Tells the service who calls; without it, it can't tell clients apart.
    ///     .layer(middleware::from_fn(
    ///         async |ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next| {
    ///             request.extensions_mut().insert(Peer(peer));
    ///             next.run(request).await
    ///         },
    ///     ));
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    /// let interrupted = async { drop(tokio::signal::ctrl_c().await) };
    /// # let interrupted = async {};
    /// axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
    ///     .with_graceful_shutdown(interrupted)
    ///     .await?;
    /// server.shut_down().await;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn service(&self) -> Service {
        Service { shared: self.shared.clone() }
    }

    /// Calls an export of the component in one of the running instances.
    ///
    /// ```no_run
    /// # async fn run(server: mana_auth::Server, id: String) -> Result<(), Box<dyn std::error::Error>> {
    /// use futures::FutureExt as _;
    ///
    /// let ended = server
    ///     .call(|accessor, auth| {
    ///         let sessions = auth.mana_auth_sessions();
    ///         async move { sessions.call_revoke_all(accessor, id).await }.boxed()
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the queue is full, or the instance that made the call ended.
    pub async fn call<R: Send + 'static>(
        &self,
        call: impl for<'a> FnOnce(&'a Accessor<HostState>, &'a Auth) -> BoxFuture<'a, wasmtime::Result<R>>
        + Send
        + 'static,
    ) -> Result<R, CallError> {
        self.shared.workers.call(call).await
    }

    /// Has every instance write what it gathered, and runs housekeeping, now. Both also happen by themselves,
    /// once a minute.
    pub async fn tick(&self) {
        housekeeping::tick(&self.shared).await;
    }

    /// Lets the instances finish what they began, for as long as `drain_timeout` says, and flush. No request is
    /// answered afterwards.
    pub async fn shut_down(&self) {
        self.shared.draining.store(true, Relaxed);
        self.shared.workers.shut_down(self.connections.drain_timeout).await;
    }
}

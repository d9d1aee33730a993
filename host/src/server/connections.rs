//! Listening, and the protocols HTTP/1.1 and HTTP/2 (RFC 9112, RFC 9113) without TLS: a proxy brings that.

use super::{
    patience::{Begun, Patient},
    shedding::ConnectionLimit,
};
use crate::{clock::Clock, metrics::Metrics};
use bytes::Bytes;
use futures::future::{Either, select};
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use prometheus_client::metrics::gauge::Gauge;
use std::{convert::Infallible, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

/// hyper's own bounds are wider than ours, so that who exceeds ours gets an answer in our shape.
const HYPER_HEADERS: usize = 256;
const HYPER_BUFFER: usize = 32 * 1024;
const HYPER_HEADER_LIST: u32 = 32 * 1024;

/// How many requests one HTTP/2 connection may have open.
const STREAMS: u32 = 32;

/// A silent HTTP/2 connection is asked for a sign of life, and closed when it gives none.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait when the system has no more sockets to give: connections that close give some back.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// How connections are served.
pub(super) struct Connections {
    pub(super) header_timeout: Duration,
    /// How long a client may take no byte of an answer.
    pub(super) write_timeout: Duration,
    pub(super) drain_timeout: Duration,
    /// How many of them one address may have open. Further ones are closed at once.
    pub(super) of_address: ConnectionLimit,
    pub(super) metrics: Arc<Metrics>,
    /// How many may be open. At the limit, further ones wait in the system's backlog.
    pub(super) limit: usize,
    pub(super) clock: Arc<dyn Clock>,
    /// How many are open.
    pub(super) open: Gauge,
}

impl Connections {
    /// Accepts until `shutdown` is ready, then lets requests in progress finish.
    pub(super) async fn serve<A, F>(
        &self,
        listener: TcpListener,
        answer: A,
        shutdown: impl Future<Output = ()>,
    ) where
        A: Fn(Option<IpAddr>, Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let protocol = self.protocol();
        let permits = Arc::new(Semaphore::new(self.limit));
        let graceful = GracefulShutdown::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let next = async {
                // It is never closed.
                let permit = permits.clone().acquire_owned().await.ok();
                (permit, self.accept(&listener).await)
            };
            let (permit, (stream, peer)) = match select(&mut shutdown, pin!(next)).await {
                Either::Left(((), _)) => break,
                Either::Right((accepted, _)) => accepted,
            };
            let held = match self.of_address.admit(peer) {
                Ok(held) => held,
                Err(shed) => {
                    self.metrics.shed(shed);
                    continue;
                }
            };
            let (answer, begun) = (answer.clone(), Begun::default());
            let stream = Patient::new(stream, begun.clone(), self.header_timeout, self.write_timeout);
            let service = service_fn(move |request| {
                begun.now();
                let answered = answer(peer, request);
                async move { Ok::<_, Infallible>(answered.await) }
            });
            let connection = protocol.serve_connection(TokioIo::new(stream), service).into_owned();
            let connection = graceful.watch(connection);
            let counted = Counted::new(&self.open);
            tokio::spawn(async move {
                let _held = (permit, counted, held);
                if let Err(error) = connection.await {
                    tracing::debug!(error, "a connection ended early");
                }
            });
        }
        drop(listener);
        if let Either::Right(_) =
            select(pin!(graceful.shutdown()), self.clock.sleep(self.drain_timeout)).await
        {
            tracing::warn!("requests did not finish in time");
        }
    }

    async fn accept(&self, listener: &TcpListener) -> (TcpStream, Option<IpAddr>) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    // Head and body are two writes: without this, the second waits for the client's ACK.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "a connection ended before it began");
                    }
                    return (stream, Some(peer.ip()));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    self.clock.sleep(EXHAUSTED).await;
                }
            }
        }
    }

    /// hyper brings its defenses against rapid resets (CVE-2023-44487) by default.
    fn protocol(&self) -> Builder<TokioExecutor> {
        let mut builder = Builder::new(TokioExecutor::new());
        // hyper waits by a timer of its own kind. These two waits concern sockets, whose silence is real time,
        // whatever the injected clock says.
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_headers(HYPER_HEADERS)
            .max_buf_size(HYPER_BUFFER);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(HYPER_HEADER_LIST)
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT);
        builder
    }
}

/// Errors of `accept` that say nothing about the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind as E;
    matches!(error.kind(), E::ConnectionRefused | E::ConnectionAborted | E::ConnectionReset | E::Interrupted)
}

/// Counts a connection for as long as it is open.
struct Counted(Gauge);

impl Counted {
    fn new(open: &Gauge) -> Self {
        open.inc();
        Self(open.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

//! Listening, and the protocols HTTP/1.1 and HTTP/2 (RFC 9112, RFC 9113) without TLS: a proxy brings that.

use super::{
    address_limits::ConnectionLimit,
    budget::Budget,
    egress::{Egress, Streams},
    networks::Network,
    open::{Open, Slot},
    timeouts::{Begun, TimeoutStream},
};
use crate::{clock::Clock, metrics::Metrics};
use bytes::Bytes;
use futures::{
    FutureExt as _,
    future::{AbortHandle, Abortable, Either, select},
};
use http::{Request, Response};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulConnection},
};
use prometheus_client::metrics::gauge::Gauge;
use rustix::net::sockopt;
use std::{
    convert::Infallible,
    io,
    net::IpAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{oneshot, watch},
};

/// hyper's own bounds are wider than ours, so that who exceeds ours gets an answer in our shape.
const HYPER_HEADERS: usize = 256;
const HYPER_BUFFER: usize = 32 * 1024;
/// As HTTP/2 counts, each field costs 32 octets besides what it says.
const HYPER_HEADER_LIST: u32 = 20 * 1024;

/// How many requests one HTTP/2 connection may have open. What is kept of them is in a table whose size doubles: with some that were
/// just reset, so many fit into 32.
const STREAMS: u32 = 30;

/// How many all of them may: those past it are reset before anything is done for them. Each costs some 3 KiB until it is let in.
const STREAMS_IN_ALL: usize = 8 * 1024;

/// How much of a body, and of all bodies of a connection, an HTTP/2 client may send before anybody has read it: the largest body,
/// and four of them.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 4 * STREAM_WINDOW;

/// How many requests an HTTP/2 client may take back before we have looked at them (CVE-2023-44487), and how many of its mistakes we
/// answer with resets, before the connection is closed.
const RESETS_UNSEEN: usize = 20;
const RESETS_OF_OURS: usize = 1024;

/// Of a silent connection the system asks the other one for a sign of life (RFC 9293 §3.8.4), after so long, so often, so many times.
/// A ping of HTTP/2 would wait behind what a slow client has still to take.
const SILENCE: Duration = Duration::from_secs(30);
const ASKED_EVERY: Duration = Duration::from_secs(10);
const ASKED: u32 = 3;

/// How much of answers the system may keep for one connection, in bytes; it takes as much again for itself. Left alone, it would go
/// up to some MiB for a client that has once read fast. What is in it counts as taken, so it must be small beside what a slow client
/// takes within the time-out.
const SOCKET_BUFFER: usize = 16 * 1024;

/// Other writes than answers get this multiple of the write time-out. An answer is given up first, and counted as an answer.
const LATER: u32 = 2;

/// How long to wait when the system has no more sockets to give: connections that close give some back.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// How connections are served.
pub(super) struct Connections {
    pub(super) header_timeout: Duration,
    /// How long a client may take next to nothing of an answer.
    pub(super) write_timeout: Duration,
    pub(super) drain_timeout: Duration,
    /// How many of them one address may have open. Further ones are closed at once, unless one of the others idles.
    pub(super) of_address: ConnectionLimit,
    pub(super) metrics: Arc<Metrics>,
    /// How many may be open. At the limit, further ones wait until one of the others ends or idles.
    pub(super) limit: usize,
    pub(super) clock: Arc<dyn Clock>,
    /// How many are open.
    pub(super) count: Gauge,
    /// What waits for clients to take it.
    pub(super) egress: Arc<Egress>,
}

impl Connections {
    /// Accepts until `shutdown` is ready, then lets requests in progress finish.
    pub(super) async fn serve<A, F>(
        &self,
        listener: TcpListener,
        answer: A,
        shutdown: impl Future<Output = ()>,
    ) where
        A: Fn(Option<IpAddr>, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Bytes>> + Send + 'static,
    {
        let served = self.serve_all(listener, answer, shutdown);
        let _ = select(pin!(served), pin!(self.egress.watch())).await;
    }

    async fn serve_all<A, F>(&self, listener: TcpListener, answer: A, shutdown: impl Future<Output = ()>)
    where
        A: Fn(Option<IpAddr>, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Bytes>> + Send + 'static,
    {
        let streams = Budget::new(STREAMS_IN_ALL, 0);
        let open = Open::new(self.limit, self.clock.clone(), self.metrics.clone());
        let (end, ending) = watch::channel(());
        let mut shutdown = pin!(shutdown);
        loop {
            match select(&mut shutdown, pin!(self.next(&listener, &open))).await {
                Either::Left(((), _)) => break,
                Either::Right((None, _)) => {}
                Either::Right((Some(newcomer), _)) => {
                    self.start(&streams, &open, newcomer, answer.clone(), ending.clone());
                }
            }
        }
        drop((listener, ending));
        // Who is not there any more need not be told.
        let _ = end.send(());
        if let Either::Right(_) = select(pin!(end.closed()), self.clock.sleep(self.drain_timeout)).await {
            tracing::warn!("requests did not finish in time");
        }
    }

    /// The next connection, with a place; none where its address has too many.
    async fn next(&self, listener: &TcpListener, open: &Open) -> Option<Newcomer> {
        let (stream, peer) = self.accept(listener).await;
        let address_slot = match self.of_address.admit(peer) {
            Ok(address_slot) => address_slot,
            Err(shed) => {
                let displaced = open.displace_of(Network::of(peer));
                if displaced.is_none() {
                    self.metrics.shed(shed);
                }
                Some(displaced?)
            }
        };
        let slot = open.slot(Network::of(peer), address_slot).await?;
        Some(Newcomer { stream, peer, slot })
    }

    fn start<A, F>(
        &self,
        streams: &Arc<Budget>,
        open: &Arc<Open>,
        Newcomer { stream, peer, slot }: Newcomer,
        answer: A,
        ending: watch::Receiver<()>,
    ) where
        A: Fn(Option<IpAddr>, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Bytes>> + Send + 'static,
    {
        let (connection, displaced) = open.enter(Network::of(peer), slot);
        let (abort, registration) = AbortHandle::new_pair();
        let network = self.of_address.network(peer);
        let outlet = self.egress.outlet(connection.id(), network, abort);
        let (connection, begun) = (Arc::new(connection), Begun::default());
        let stream =
            TimeoutStream::new(stream, begun.clone(), self.header_timeout, self.write_timeout * LATER);
        let served = connection.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            begun.now();
            let version = request.version();
            let busy = served.busy();
            let (answered, outlet) = (answer(peer, request), outlet.clone());
            // Boxed, so that what made an answer is gone while the answer waits.
            Box::pin(async move { Ok::<_, Infallible>(outlet.send(answered.await, version, busy)) })
        });
        let protocol = self.protocol(Streams::new(streams.clone(), network));
        // Boxed, so that it is kept once, and not in each of the futures around it.
        let protocol = Box::pin(protocol.serve_connection(TokioIo::new(stream), service).into_owned());
        let counted = Counted::new(&self.count);
        tokio::spawn(async move {
            let _held = (connection, counted);
            let until = conduct(protocol, ending, displaced);
            if let Ok(Err(error)) = Abortable::new(until, registration).await {
                tracing::debug!(error, "a connection ended early");
            }
        });
    }

    async fn accept(&self, listener: &TcpListener) -> (TcpStream, Option<IpAddr>) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    if let Err(error) = Self::set_up(&stream) {
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

    fn set_up(stream: &TcpStream) -> io::Result<()> {
        // Head and body are two writes: without this, the second waits for the client's ACK.
        stream.set_nodelay(true)?;
        sockopt::set_socket_send_buffer_size(stream, SOCKET_BUFFER)?;
        sockopt::set_socket_keepalive(stream, true)?;
        sockopt::set_tcp_keepidle(stream, SILENCE)?;
        sockopt::set_tcp_keepintvl(stream, ASKED_EVERY)?;
        Ok(sockopt::set_tcp_keepcnt(stream, ASKED)?)
    }

    fn protocol(&self, streams: Streams) -> Builder<Streams> {
        let mut builder = Builder::new(streams);
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
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_pending_accept_reset_streams(RESETS_UNSEEN)
            .max_local_error_reset_streams(RESETS_OF_OURS);
        builder
    }
}

/// A connection that was accepted, and has a place.
struct Newcomer {
    stream: TcpStream,
    peer: Option<IpAddr>,
    slot: Slot,
}

/// Serves a connection to its end. When the server ends, requests in progress finish; where another takes its place, it is closed
/// at once: it idles, or its site has too many.
async fn conduct<C: GracefulConnection>(
    mut connection: Pin<Box<C>>,
    mut ending: watch::Receiver<()>,
    displaced: oneshot::Receiver<()>,
) -> Result<(), C::Error> {
    let displaced = {
        let ended = pin!(ending.changed());
        match select(connection.as_mut(), select(ended, displaced)).await {
            Either::Left((result, _)) => return result,
            Either::Right((leave, _)) => matches!(leave, Either::Right(_)),
        }
    };
    connection.as_mut().graceful_shutdown();
    if displaced {
        // As much as can be said without waiting for the client.
        return connection.now_or_never().unwrap_or(Ok(()));
    }
    connection.await
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

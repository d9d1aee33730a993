//! Listening, and the protocols HTTP/1.1 and HTTP/2 (RFC 9112, RFC 9113) without TLS: a proxy brings that.

use super::{
    acceptor::Acceptor,
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
    future::{AbortHandle, Abortable, Either, join, select},
};
use http::{Request, Response};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulConnection},
};
use prometheus_client::metrics::gauge::Gauge;
use std::{
    convert::Infallible,
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

/// Other writes than answers get this multiple of the write time-out. An answer is given up first, and counted as an answer.
const LATER: u32 = 2;

/// How long a connection that the system had accepted when the server was told to end has for its request, which is on its way.
const LAST_REQUEST: Duration = Duration::from_secs(1);

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
        let mut acceptor = Acceptor::new(listener, self.clock.clone());
        let mut shutdown = pin!(shutdown);
        loop {
            match select(&mut shutdown, pin!(self.next(&mut acceptor, &open))).await {
                Either::Left(((), _)) => break,
                Either::Right((None, _)) => {}
                Either::Right((Some(newcomer), _)) => {
                    self.start(&streams, &open, newcomer, answer.clone(), ending.clone());
                }
            }
        }
        drop(ending);
        // Who is not there any more need not be told.
        let _ = end.send(());
        let (end_late, ending_late) = watch::channel(());
        for (stream, peer) in acceptor.end() {
            if let Some(slot) = self.slot_at_the_end(&open, peer) {
                let newcomer = Newcomer { stream, peer, slot };
                self.start(&streams, &open, newcomer, answer.clone(), ending_late.clone());
            }
        }
        drop(ending_late);
        let all = async {
            let _ = select(pin!(end_late.closed()), self.clock.sleep(LAST_REQUEST)).await;
            let _ = end_late.send(());
            join(end.closed(), end_late.closed()).await;
        };
        if let Either::Right(_) = select(pin!(all), self.clock.sleep(self.drain_timeout)).await {
            tracing::warn!("requests did not finish in time");
        }
    }

    /// A slot for a connection that the system had accepted when the server was told to end: none is waited for.
    fn slot_at_the_end(&self, open: &Open, peer: Option<IpAddr>) -> Option<Slot> {
        let address_slot = self.of_address.admit(peer).ok()?;
        open.slot(Network::of(peer), address_slot).now_or_never()?
    }

    /// The next connection, with a place; none where its address has too many.
    async fn next(&self, acceptor: &mut Acceptor, open: &Open) -> Option<Newcomer> {
        let (stream, peer) = acceptor.accept().await;
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

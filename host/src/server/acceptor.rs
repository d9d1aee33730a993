//! Accepting connections, also while the system has no descriptors to give.

use crate::clock::Clock;
use rustix::net::sockopt;
use std::{io, net::IpAddr, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};

/// Of a silent connection the system asks the other one for a sign of life (RFC 9293 §3.8.4), after so long, so often, so many times.
/// A ping of HTTP/2 would wait behind what a slow client has still to take.
const SILENCE: Duration = Duration::from_secs(30);
const ASKED_EVERY: Duration = Duration::from_secs(10);
const ASKED: u32 = 3;

/// How much of answers the system may keep for one connection, in bytes; it takes as much again for itself. Left alone, it would go
/// up to some MiB for a client that has once read fast. What is in it counts as taken, so it must be small beside what a slow client
/// takes within the time-out.
const SOCKET_BUFFER: usize = 16 * 1024;

/// How long to wait when nothing can be accepted, at first and at most: it doubles. Connections that close give descriptors back.
const BACK_OFF: Duration = Duration::from_millis(10);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(1);
/// How often the log says that nothing can be accepted.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// The most connections that are taken from the queue of the system at the end: more than it keeps.
const QUEUED: usize = 8 * 1024;

/// Accepts connections of one listener.
pub(super) struct Acceptor {
    listener: TcpListener,
    clock: Arc<dyn Clock>,
    /// How often in a row nothing could be accepted.
    failures: u32,
    /// When the log last said so.
    told: Option<Duration>,
}

impl Acceptor {
    pub(super) const fn new(listener: TcpListener, clock: Arc<dyn Clock>) -> Self {
        Self { listener, clock, failures: 0, told: None }
    }

    /// The next connection, and who made it.
    pub(super) async fn accept(&mut self) -> (TcpStream, Option<IpAddr>) {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    self.failures = 0;
                    return (set_up(stream), Some(peer.ip()));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => self.back_off(&error).await,
            }
        }
    }

    /// What the system has accepted for us and nobody has looked at. Whoever connects from now on is refused by it.
    pub(super) fn end(self) -> Vec<(TcpStream, Option<IpAddr>)> {
        // The system itself is asked: the runtime would say that nothing waits before it has looked, and after some.
        let Ok(listener) = self.listener.into_std() else { return Vec::new() };
        let mut waiting = Vec::new();
        while waiting.len() < QUEUED {
            match listener.accept() {
                Ok((stream, peer)) => {
                    let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                    waiting.extend(stream.map(|stream| (set_up(stream), Some(peer.ip()))));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(_) => break,
            }
        }
        waiting
    }

    async fn back_off(&mut self, error: &io::Error) {
        let now = self.clock.elapsed();
        if self.told.is_none_or(|told| now.saturating_sub(told) >= TOLD_EVERY) {
            tracing::error!(%error, "no connection can be accepted");
            self.told = Some(now);
        }
        let wait = BACK_OFF.saturating_mul(1 << self.failures.min(16)).min(LONGEST_BACK_OFF);
        self.failures = self.failures.saturating_add(1);
        self.clock.sleep(wait).await;
    }
}

fn set_up(stream: TcpStream) -> TcpStream {
    let options = || -> io::Result<()> {
        // Head and body are two writes: without this, the second waits for the client's ACK.
        stream.set_nodelay(true)?;
        sockopt::set_socket_send_buffer_size(&stream, SOCKET_BUFFER)?;
        sockopt::set_socket_keepalive(&stream, true)?;
        sockopt::set_tcp_keepidle(&stream, SILENCE)?;
        sockopt::set_tcp_keepintvl(&stream, ASKED_EVERY)?;
        Ok(sockopt::set_tcp_keepcnt(&stream, ASKED)?)
    };
    if let Err(error) = options() {
        tracing::debug!(%error, "a connection ended before it began");
    }
    stream
}

/// Errors of `accept` that say nothing about the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind as E;
    matches!(error.kind(), E::ConnectionRefused | E::ConnectionAborted | E::ConnectionReset | E::Interrupted)
}

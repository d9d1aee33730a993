//! Time-outs of a socket: for the first request, and for a client that reads no more of a response.
//!
//! hyper bounds how long the head of a request may take once it knows which protocol is spoken; before that, and
//! while it writes, it would wait for as long as the client likes, and hold one of our connections.

use bytes::BufMut as _;
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// What is no longer than this is written in one piece: head and body of most answers. The system takes a vector of parts more slowly. hyper
/// could join them as well, but takes the body for gone then, though its client takes nothing.
const JOINED: usize = 4 * 1024;

/// Told when the first request has come.
#[derive(Clone, Default)]
pub(super) struct Begun(Arc<AtomicBool>);

impl Begun {
    pub(super) fn now(&self) {
        self.0.store(true, Relaxed);
    }
}

/// A socket with time-outs, which are real time, as hyper's own are.
pub(super) struct TimeoutStream<S> {
    socket: S,
    begun: Begun,
    first_request: Pin<Box<Sleep>>,
    stall: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> TimeoutStream<S> {
    /// A socket whose first request must have come within `first_request`, and that may take no byte of what it
    /// is sent for no longer than `stall`.
    #[allow(clippy::disallowed_methods, reason = "a socket's silence is real time")]
    pub(super) fn new(socket: S, begun: Begun, first_request: Duration, stall: Duration) -> Self {
        Self { socket, begun, first_request: Box::pin(sleep(first_request)), stall, stalled: None }
    }

    /// The outcome of an attempt to write, or an error where there has been none for too long.
    #[allow(clippy::disallowed_methods, reason = "a socket's silence is real time")]
    fn unless_stalled<T>(
        &mut self,
        context: &mut Context<'_>,
        attempt: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if attempt.is_ready() {
            self.stalled = None;
            return attempt;
        }
        let stall = self.stall;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(stall)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimeoutStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        if read.is_pending()
            && !self.begun.0.load(Relaxed)
            && self.first_request.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimeoutStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.unless_stalled(context, attempt)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = slices.iter().map(|slice| slice.len()).sum::<usize>();
        let mut joined = [0; JOINED];
        let attempt = match joined.get_mut(..length) {
            Some(joined) => {
                let mut rest = &mut *joined;
                slices.iter().for_each(|slice| rest.put_slice(slice));
                Pin::new(&mut self.socket).poll_write(context, joined)
            }
            None => Pin::new(&mut self.socket).poll_write_vectored(context, slices),
        };
        self.unless_stalled(context, attempt)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let attempt = Pin::new(&mut self.socket).poll_flush(context);
        self.unless_stalled(context, attempt)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let attempt = Pin::new(&mut self.socket).poll_shutdown(context);
        self.unless_stalled(context, attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    const FIRST: Duration = Duration::from_secs(10);
    const STALL: Duration = Duration::from_secs(20);

    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_too_little_is_given_up() {
        let (mut client, server) = duplex(64);
        let mut server = TimeoutStream::new(server, Begun::default(), FIRST, STALL);
        client.write_all(b"P").await.expect("a write");
        let error = server.read_to_end(&mut Vec::new()).await.expect_err("an end");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    #[allow(clippy::disallowed_methods, reason = "the runtime's clock is paused")]
    async fn after_the_first_request_silence_is_hyper_s_to_judge() {
        let (client, server) = duplex(64);
        let begun = Begun::default();
        let mut server = TimeoutStream::new(server, begun.clone(), FIRST, STALL);
        begun.now();
        let read = tokio::time::timeout(FIRST * 9, server.read_u8()).await;
        assert!(read.is_err(), "it went on waiting");
        drop(client);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up_and_a_slow_one_is_not() {
        let (mut client, server) = duplex(64);
        let mut server = TimeoutStream::new(server, Begun::default(), FIRST, STALL);
        let sent = tokio::spawn(async move { server.write_all(&[0; 64 * 4]).await.map_err(|e| e.kind()) });
        for _ in 0..2 {
            tokio::time::advance(STALL - Duration::from_secs(1)).await;
            client.read_exact(&mut [0; 64]).await.expect("a part");
        }
        assert_eq!(sent.await.expect("a task"), Err(io::ErrorKind::TimedOut));
    }
}

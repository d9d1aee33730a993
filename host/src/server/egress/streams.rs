//! The tasks of HTTP/2 streams, each of which can be ended from outside. A stream whose task ends is reset.

use futures::future::{AbortHandle, Abortable};
use hyper::rt::Executor;

tokio::task_local! {
    static STREAM: AbortHandle;
}

/// Runs the streams of HTTP/2 connections.
#[derive(Clone, Copy)]
pub(in crate::server) struct Streams;

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let (end, registration) = AbortHandle::new_pair();
        let stream = Abortable::new(stream, registration);
        tokio::spawn(STREAM.scope(end, async move {
            // Whether it came to its end or was ended, it has told the client.
            let _ = stream.await;
        }));
    }
}

/// What ends the stream that this task sends; none where it sends no stream, but a connection of HTTP/1.1.
pub(super) fn current() -> Option<AbortHandle> {
    STREAM.try_with(AbortHandle::clone).ok()
}

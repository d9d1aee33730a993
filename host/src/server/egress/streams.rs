//! The tasks of HTTP/2 streams, each of which can be ended from outside. A stream whose task ends is reset.

use super::super::{budget::Budget, networks::Network};
use futures::future::{AbortHandle, Abortable};
use hyper::rt::Executor;
use std::sync::Arc;

tokio::task_local! {
    static STREAM: AbortHandle;
}

/// Runs the streams of one HTTP/2 connection, within a budget.
#[derive(Clone)]
pub(in crate::server) struct Streams {
    budget: Arc<Budget>,
    network: Option<Network>,
}

impl Streams {
    /// Those of a connection that counts for this network, within a budget of streams.
    pub(in crate::server) fn new(budget: Arc<Budget>, network: Option<Network>) -> Self {
        Self { budget, network }
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let mut reservation = self.budget.reserve(self.network);
        if !reservation.grow(1) {
            return;
        }
        let (end, registration) = AbortHandle::new_pair();
        let stream = Abortable::new(stream, registration);
        tokio::spawn(STREAM.scope(end, async move {
            // Whether it came to its end or was ended, it has told the client.
            let _ = stream.await;
            drop(reservation);
        }));
    }
}

/// What ends the stream that this task sends; none where it sends no stream, but a connection of HTTP/1.1.
pub(super) fn current() -> Option<AbortHandle> {
    STREAM.try_with(AbortHandle::clone).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    /// A stream that never ends; gone when its last handle is.
    fn open(streams: &Streams) -> std::sync::Weak<()> {
        let held = Arc::new(());
        let alive = Arc::downgrade(&held);
        streams.execute(async move {
            let _held = held;
            pending().await
        });
        alive
    }

    #[tokio::test]
    async fn a_stream_for_which_there_is_no_room_is_reset_at_once() {
        let (budget, address) = (Budget::new(16, 0), "203.0.113.5".parse().expect("an address"));
        let one = Streams::new(budget.clone(), Some(Network::of(Some(address))));
        let other = Streams::new(budget, None);
        let alive = |streams: &[std::sync::Weak<()>]| streams.iter().filter(|s| s.strong_count() > 0).count();
        let mine: Vec<_> = (0..5).map(|_| open(&one)).collect();
        assert_eq!(alive(&mine), 2, "an address has an eighth");
        let others: Vec<_> = (0..20).map(|_| open(&other)).collect();
        assert_eq!(alive(&others), 14, "what is left");
    }
}

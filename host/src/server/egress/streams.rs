//! The tasks of HTTP/2 streams, each of which can be ended from outside. A stream whose task ends is reset.

use super::super::{networks::Network, room::Room};
use futures::future::{AbortHandle, Abortable};
use hyper::rt::Executor;
use std::sync::Arc;

tokio::task_local! {
    static STREAM: AbortHandle;
}

/// Runs the streams of one HTTP/2 connection, as far as there is room for them.
#[derive(Clone)]
pub(in crate::server) struct Streams {
    room: Arc<Room>,
    network: Option<Network>,
}

impl Streams {
    /// Those of a connection that counts for this network, in a room that is counted in streams.
    pub(in crate::server) fn new(room: Arc<Room>, network: Option<Network>) -> Self {
        Self { room, network }
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let mut place = self.room.place(self.network);
        if !place.grow(1) {
            return;
        }
        let (end, registration) = AbortHandle::new_pair();
        let stream = Abortable::new(stream, registration);
        tokio::spawn(STREAM.scope(end, async move {
            // Whether it came to its end or was ended, it has told the client.
            let _ = stream.await;
            drop(place);
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
        let (room, address) = (Room::new(16, 0), "203.0.113.5".parse().expect("an address"));
        let one = Streams::new(room.clone(), Some(Network::of(Some(address))));
        let other = Streams::new(room, None);
        let alive = |streams: &[std::sync::Weak<()>]| streams.iter().filter(|s| s.strong_count() > 0).count();
        let mine: Vec<_> = (0..5).map(|_| open(&one)).collect();
        assert_eq!(alive(&mine), 2, "an address has an eighth");
        let others: Vec<_> = (0..20).map(|_| open(&other)).collect();
        assert_eq!(alive(&others), 14, "what is left");
    }
}

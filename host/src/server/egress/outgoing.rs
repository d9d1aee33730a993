//! A body that tells how much of it has gone.

use super::{
    super::{answer_memory, open::Busy},
    Entry, Outlet, Waiting, streams,
};
use bytes::{Buf, Bytes};
use futures::future::AbortHandle;
use http::{Response, Version};
use http_body::{Body, Frame, SizeHint};
use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// What an answer costs besides its body, amply: its stream and its task, and its head where that waits too.
const OVERHEAD: usize = 6 * 1024;

/// An answer's body on its way out.
pub(in crate::server) struct Outgoing {
    /// None once it was handed over.
    bytes: Option<Chunk>,
    /// What to wait for before the end is told: with HTTP/2, all of the bytes to be gone. As soon as the end is told, nobody could
    /// reset the stream any more while the client takes nothing of them.
    waiting: Option<Arc<Waiting>>,
    /// The connection is not idle meanwhile.
    _busy: Busy,
}

/// The bytes, while hyper has them.
pub(in crate::server) struct Chunk {
    bytes: Bytes,
    entry: Entry,
}

impl Outlet {
    /// Sends an answer out, from the task that made it.
    pub(in crate::server) fn send(
        &self,
        response: Response<Bytes>,
        version: Version,
        busy: Busy,
    ) -> Response<Outgoing> {
        response.map(|bytes| {
            if bytes.is_empty() {
                return Outgoing { bytes: None, waiting: None, _busy: busy };
            }
            let end = streams::current().unwrap_or_else(|| self.end.clone());
            let entry = self.enter(&bytes, end);
            let waiting = (version == Version::HTTP_2).then(|| entry.waiting.clone());
            Outgoing { bytes: Some(Chunk { bytes, entry }), waiting, _busy: busy }
        })
    }

    fn enter(&self, bytes: &Bytes, end: AbortHandle) -> Entry {
        // A document that all share is there whether anybody waits for it or not. What else is shared may be replaced meanwhile.
        let is_document = !bytes.is_unique() && bytes.len() > answer_memory::LARGEST;
        let charge = OVERHEAD + if is_document { 0 } else { bytes.len() };
        let now = self.egress.now();
        self.egress.enter(Waiting::new(bytes.len(), charge, self.connection, self.network, end, now))
    }
}

impl Body for Outgoing {
    type Data = Chunk;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Chunk>, Infallible>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if let Some(waiting) = &self.waiting {
            waiting.waker().register(context.waker());
            if !waiting.is_gone() {
                return Poll::Pending;
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && self.waiting.as_ref().is_none_or(|waiting| waiting.is_gone())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, Buf::remaining) as u64)
    }
}

impl Buf for Chunk {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.entry.took(count);
    }
}

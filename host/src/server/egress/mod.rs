//! What waits for clients to take it: answers that are made and are not yet out. They are bounded in time, and in bytes for each
//! connection, for each address and in all; where there are too many, the slowest go first.
//!
//! hyper asks for a body before it knows whether the client takes any of it, and then holds it for as long as the client likes.
//! So an answer is entered here when it is made, [`Outgoing`] tells how much of it has gone, and who takes too little is ended
//! from outside: the task of the stream (HTTP/2), which resets it, or the task of the connection (HTTP/1.1).

mod ledger;
mod outgoing;
mod streams;

pub(super) use ledger::Bounds;
pub(super) use streams::Streams;

use super::networks::Network;
use crate::{
    clock::Clock,
    metrics::{Cut, Metrics},
};
use futures::future::AbortHandle;
use ledger::{Ledger, Waiting};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How often within the time-out it is looked who has exceeded it.
const LOOKS: u32 = 4;

/// What waits on the connections of one listener.
pub(super) struct Egress {
    timeout: Duration,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    ledger: Mutex<Ledger>,
    /// Told when an answer begins to wait.
    begun: Notify,
}

/// Where the answers of one connection go out. Cheap to clone.
#[derive(Clone)]
pub(super) struct Outlet {
    egress: Arc<Egress>,
    connection: u64,
    network: Option<Network>,
    /// Ends the connection.
    end: AbortHandle,
}

/// An answer's place in the ledger, for as long as anybody holds its bytes.
struct Entry {
    egress: Arc<Egress>,
    id: u64,
    waiting: Arc<Waiting>,
}

impl Egress {
    /// A client that takes next to nothing of an answer for `timeout` is not waited for any longer.
    pub(super) fn new(
        timeout: Duration,
        bounds: Bounds,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        let ledger = Mutex::new(Ledger::new(bounds));
        Arc::new(Self { timeout, clock, metrics, ledger, begun: Notify::new() })
    }

    /// Where the answers of this connection go out. Without a network they count for the connection and in all, and for no address.
    pub(super) fn outlet(
        self: &Arc<Self>,
        connection: u64,
        network: Option<Network>,
        end: AbortHandle,
    ) -> Outlet {
        Outlet { egress: self.clone(), connection, network, end }
    }

    /// Ends answers that make no progress, for as long as it is polled.
    pub(super) async fn watch(&self) {
        loop {
            self.begun.notified().await;
            while self.end_overdue() {
                self.clock.sleep(self.timeout / LOOKS).await;
            }
        }
    }

    /// Whether any others wait.
    fn end_overdue(&self) -> bool {
        let (now, mut ledger) = (self.now(), self.ledger());
        let overdue = ledger.overdue(now, milliseconds(self.timeout));
        for id in overdue {
            self.cut(&mut ledger, id, Cut::Stalled);
        }
        !ledger.is_empty()
    }

    fn enter(self: &Arc<Self>, waiting: Waiting) -> Entry {
        let waiting = Arc::new(waiting);
        let mut ledger = self.ledger();
        let id = ledger.add(waiting.clone());
        self.metrics.send_buffer.inc_by(counted(&waiting));
        for scope in waiting.scopes() {
            for slow in ledger.too_many(scope, id, self.now()) {
                self.cut(&mut ledger, slow, Cut::Crowded);
            }
        }
        drop(ledger);
        self.begun.notify_one();
        Entry { egress: self.clone(), id, waiting }
    }

    fn cut(&self, ledger: &mut Ledger, id: u64, cut: Cut) {
        if let Some(waiting) = self.remove(ledger, id) {
            waiting.end.abort();
            self.metrics.cut(cut);
        }
    }

    fn remove(&self, ledger: &mut Ledger, id: u64) -> Option<Arc<Waiting>> {
        let waiting = ledger.remove(id)?;
        self.metrics.send_buffer.dec_by(counted(&waiting));
        Some(waiting)
    }

    fn now(&self) -> u64 {
        milliseconds(self.clock.elapsed())
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// The client took so many bytes.
    fn took(&self, bytes: usize) {
        self.waiting.took(bytes, self.egress.now(), self.egress.timeout);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.egress.remove(&mut self.egress.ledger(), self.id);
        self.waiting.gone();
    }
}

fn counted(waiting: &Waiting) -> i64 {
    i64::try_from(waiting.charge).unwrap_or(i64::MAX)
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;

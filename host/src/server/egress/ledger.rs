//! Which answers wait, and how much that is for whom.

use super::super::networks::Network;
use futures::{future::AbortHandle, task::AtomicWaker};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    time::Duration,
};

/// So many bytes a second count as progress, on average over the time-out. A client that takes 240, the least that Kestrel asks for,
/// seems to take nothing for three quarters of a minute and then 11 KiB at once: the system takes more from us only when a third of
/// what it keeps for the socket has gone.
const PROGRESS: u64 = 40;

/// A new answer is taken for one of which so many bytes have gone, so that it does not begin as the slowest.
const GRACE: u64 = 1024;

/// How much may wait, in bytes. One answer always may, however long it is.
#[derive(Clone, Copy)]
pub(in crate::server) struct Bounds {
    in_all: usize,
    of_network: usize,
    of_connection: usize,
}

/// Whom a bound is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    All,
    Network(Network),
    Connection(u64),
}

/// An answer that waits.
pub(super) struct Waiting {
    /// What it counts for, in bytes.
    pub(super) charge: usize,
    pub(super) connection: u64,
    pub(super) network: Option<Network>,
    /// Ends what sends it.
    pub(super) end: AbortHandle,
    began: u64,
    length: usize,
    /// How much of it the client has still to take.
    left: AtomicUsize,
    /// When the client last had taken enough, and how much was left then.
    marked_at: AtomicU64,
    marked_left: AtomicUsize,
    /// Whether all of it has gone, and who waits for that.
    gone: AtomicBool,
    waker: AtomicWaker,
}

/// All that wait.
pub(super) struct Ledger {
    bounds: Bounds,
    answers: HashMap<u64, Arc<Waiting>>,
    bytes: HashMap<Scope, usize>,
    next: u64,
}

impl Bounds {
    /// So many bytes in all, an eighth of them for one address, a quarter of that for one connection.
    pub(in crate::server) const fn in_all(bytes: usize) -> Self {
        Self { in_all: bytes, of_network: bytes / 8, of_connection: bytes / 32 }
    }

    /// An eighth of each.
    pub(in crate::server) const fn eighth(self) -> Self {
        Self::in_all(self.in_all / 8)
    }

    const fn of(&self, scope: Scope) -> usize {
        match scope {
            Scope::All => self.in_all,
            Scope::Network(_) => self.of_network,
            Scope::Connection(_) => self.of_connection,
        }
    }
}

impl Waiting {
    /// An answer of `length` bytes that was made at `now`, in milliseconds.
    pub(super) fn new(
        length: usize,
        charge: usize,
        connection: u64,
        network: Option<Network>,
        end: AbortHandle,
        now: u64,
    ) -> Self {
        Self {
            charge,
            connection,
            network,
            end,
            began: now,
            length,
            left: AtomicUsize::new(length),
            marked_at: AtomicU64::new(now),
            marked_left: AtomicUsize::new(length),
            gone: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = Scope> + use<> {
        let network = self.network.map(Scope::Network);
        [Scope::Connection(self.connection), Scope::All].into_iter().chain(network)
    }

    /// The client took so many bytes. Only its connection says so, one after the other.
    pub(super) fn took(&self, bytes: usize, now: u64, timeout: Duration) {
        let left = self.left.load(Relaxed).saturating_sub(bytes);
        self.left.store(left, Relaxed);
        let taken = self.marked_left.load(Relaxed).saturating_sub(left);
        if taken as u64 >= PROGRESS.saturating_mul(timeout.as_secs()).max(1) {
            self.marked_at.store(now, Relaxed);
            self.marked_left.store(left, Relaxed);
        }
    }

    /// All of it has gone, or been given up.
    pub(super) fn gone(&self) {
        self.gone.store(true, Release);
        self.waker.wake();
    }

    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Acquire)
    }

    /// Who is told when it has gone.
    pub(super) fn waker(&self) -> &AtomicWaker {
        &self.waker
    }

    /// How fast it goes, in bytes a second.
    fn pace(&self, now: u64) -> u64 {
        let taken = self.length.saturating_sub(self.left.load(Relaxed)) as u64;
        let waited = now.saturating_sub(self.began).saturating_add(1);
        taken.saturating_add(GRACE).saturating_mul(1000) / waited
    }
}

impl Ledger {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, answers: HashMap::new(), bytes: HashMap::new(), next: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    pub(super) fn add(&mut self, waiting: Arc<Waiting>) -> u64 {
        for scope in waiting.scopes() {
            *self.bytes.entry(scope).or_default() += waiting.charge;
        }
        let id = self.next;
        self.next += 1;
        self.answers.insert(id, waiting);
        id
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Arc<Waiting>> {
        let waiting = self.answers.remove(&id)?;
        for scope in waiting.scopes() {
            let left = self.waiting(scope).saturating_sub(waiting.charge);
            if left > 0 {
                self.bytes.insert(scope, left);
            } else {
                self.bytes.remove(&scope);
            }
        }
        Some(waiting)
    }

    /// Those of which next to nothing has gone for `timeout`, in milliseconds.
    pub(super) fn overdue(&self, now: u64, timeout: u64) -> Vec<u64> {
        let overdue = |waiting: &Waiting| now.saturating_sub(waiting.marked_at.load(Relaxed)) >= timeout;
        self.answers.iter().filter(|(_, waiting)| overdue(waiting)).map(|(id, _)| *id).collect()
    }

    /// Those that must go so that the bound holds, the slowest first, but not `newest`. Where any must, an eighth does, so that the
    /// search for them is rare.
    pub(super) fn too_many(&self, scope: Scope, newest: u64, now: u64) -> Vec<u64> {
        let (bound, mut waiting) = (self.bounds.of(scope), self.waiting(scope));
        if waiting <= bound {
            return Vec::new();
        }
        let others = self.answers.iter().filter(|(id, _)| **id != newest);
        let mut others: Vec<_> = others
            .filter(|(_, answer)| answer.scopes().any(|other| other == scope))
            .map(|(id, answer)| (answer.pace(now), *id, answer.charge))
            .collect();
        others.sort_unstable();
        let enough = |(_, _, charge): &(u64, u64, usize)| {
            let more = waiting > bound - bound / 8;
            waiting = waiting.saturating_sub(*charge);
            more
        };
        others.into_iter().take_while(enough).map(|(_, id, _)| id).collect()
    }

    fn waiting(&self, scope: Scope) -> usize {
        self.bytes.get(&scope).copied().unwrap_or(0)
    }
}

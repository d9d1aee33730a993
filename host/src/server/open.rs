//! The connections that are open, and which of them go first where there is no room for another: those of HTTP/2 that idle, the
//! longest idle first. HTTP/1.1 has a time-out for idleness; a client of HTTP/2 that answers to pings has none.

use super::{networks::Network, shedding::Held};
use crate::{
    clock::Clock,
    metrics::{Metrics, Shed},
};
use futures::future::{Either, select};
use http::Version;
use std::{
    collections::HashMap,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

/// All connections of one listener.
pub(super) struct Open {
    permits: Arc<Semaphore>,
    records: Mutex<Records>,
    /// Told when a connection becomes idle.
    idle: Notify,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Records {
    next: u64,
    by_id: HashMap<u64, Record>,
}

struct Record {
    network: Network,
    activity: Arc<Activity>,
    /// Tells the connection to go.
    go: oneshot::Sender<()>,
    place: Place,
}

/// What a connection takes: one of all places, and one of its address.
pub(super) struct Place {
    permit: OwnedSemaphorePermit,
    held: Option<Held>,
}

/// What a connection is doing.
#[derive(Default)]
struct Activity {
    multiplexed: AtomicBool,
    answering: AtomicUsize,
    /// Since when it has not been answering, in milliseconds.
    idle_since: AtomicU64,
}

/// A connection, for as long as it is open.
pub(super) struct Connection {
    open: Arc<Open>,
    id: u64,
    activity: Arc<Activity>,
}

/// A connection that is answering, and therefore not idle.
pub(super) struct Busy {
    open: Arc<Open>,
    activity: Arc<Activity>,
}

impl Open {
    /// At most so many.
    pub(super) fn new(most: usize, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(most)),
            records: Mutex::default(),
            idle: Notify::new(),
            clock,
            metrics,
        })
    }

    /// A place for another connection, once there is one: a free one, or that of a connection which idles. None where nobody can have
    /// one any more.
    pub(super) async fn place(&self, held: Option<Held>) -> Option<Place> {
        loop {
            if let Ok(permit) = self.permits.clone().try_acquire_owned() {
                return Some(Place { permit, held });
            }
            if let Some(Place { permit, .. }) = self.displace(None) {
                return Some(Place { permit, held });
            }
            let free = pin!(self.permits.clone().acquire_owned());
            if let Either::Left((permit, _)) = select(free, pin!(self.idle.notified())).await {
                return Some(Place { permit: permit.ok()?, held });
            }
        }
    }

    /// What the longest idle connection of this network held of it, if there is one; it is closed.
    pub(super) fn displace_of(&self, network: Network) -> Option<Held> {
        self.displace(Some(network))?.held
    }

    fn displace(&self, network: Option<Network>) -> Option<Place> {
        let mut records = self.records();
        let candidates = records.by_id.iter().filter(|(_, record)| {
            record.activity.is_idle() && network.is_none_or(|network| network == record.network)
        });
        let longest = candidates
            .min_by_key(|(_, record)| record.activity.idle_since.load(Relaxed))
            .map(|(id, _)| *id)?;
        let Record { go, place, .. } = records.by_id.remove(&longest)?;
        // It may be ending by itself.
        let _ = go.send(());
        self.metrics.shed(Shed::Idle);
        Some(place)
    }

    /// Enters a connection; returns it, and what is ready when it shall go.
    pub(super) fn enter(
        self: &Arc<Self>,
        network: Network,
        place: Place,
    ) -> (Connection, oneshot::Receiver<()>) {
        let (go, asked) = oneshot::channel();
        let activity = Arc::<Activity>::default();
        let mut records = self.records();
        let id = records.next;
        records.next += 1;
        records.by_id.insert(id, Record { network, activity: activity.clone(), go, place });
        (Connection { open: self.clone(), id, activity }, asked)
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// A number that no other connection of the listener has.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Answers another request, which came in this version of HTTP.
    pub(super) fn busy(&self, version: Version) -> Busy {
        self.activity.multiplexed.store(version == Version::HTTP_2, Relaxed);
        self.activity.answering.fetch_add(1, Relaxed);
        Busy { open: self.open.clone(), activity: self.activity.clone() }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.records().by_id.remove(&self.id);
    }
}

impl Activity {
    fn is_idle(&self) -> bool {
        self.multiplexed.load(Relaxed) && self.answering.load(Relaxed) == 0
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let now = u64::try_from(self.open.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.activity.idle_since.store(now, Relaxed);
        if self.activity.answering.fetch_sub(1, Relaxed) == 1 {
            self.open.idle.notify_one();
        }
    }
}

#[cfg(test)]
impl Busy {
    /// A connection that is not entered anywhere.
    pub(super) fn of_nobody(open: &Arc<Open>) -> Self {
        let activity = Arc::<Activity>::default();
        activity.answering.store(1, Relaxed);
        Self { open: open.clone(), activity }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::TestClock;
    use futures::FutureExt as _;
    use std::time::Duration;

    struct House {
        clock: Arc<TestClock>,
        open: Arc<Open>,
    }

    impl House {
        fn new(most: usize) -> Self {
            let clock = Arc::new(TestClock::default());
            Self { clock: clock.clone(), open: Open::new(most, clock, Arc::new(Metrics::new())) }
        }

        /// A connection that has been used once, a second after the one before.
        fn used(&self, version: Version) -> (Connection, oneshot::Receiver<()>) {
            let place = self.open.place(None).now_or_never().flatten().expect("a place");
            let (connection, asked) = self.open.enter(Network::Unknown, place);
            self.clock.advance(Duration::from_secs(1));
            drop(connection.busy(version));
            (connection, asked)
        }
    }

    #[test]
    fn the_longest_idle_connection_of_http_2_gives_its_place() {
        let house = House::new(4);
        let (_one, mut one_asked) = house.used(Version::HTTP_11);
        let (two, mut two_asked) = house.used(Version::HTTP_2);
        let (_three, mut three_asked) = house.used(Version::HTTP_2);
        let (four, mut four_asked) = house.used(Version::HTTP_2);
        let answering = four.busy(Version::HTTP_2);
        drop(two.busy(Version::HTTP_2));
        let place = house.open.place(None).now_or_never().flatten().expect("a place");
        assert_eq!(three_asked.try_recv(), Ok(()), "it idles since before the other");
        let _five = house.open.enter(Network::Unknown, place);
        let place = house.open.place(None).now_or_never().flatten().expect("a place");
        assert_eq!(two_asked.try_recv(), Ok(()));
        let _six = house.open.enter(Network::Unknown, place);
        let mut waiting = Box::pin(house.open.place(None));
        assert!((&mut waiting).now_or_never().is_none(), "nobody else idles");
        drop(answering);
        assert!((&mut waiting).now_or_never().flatten().is_some());
        assert_eq!(four_asked.try_recv(), Ok(()));
        assert!(one_asked.try_recv().is_err(), "HTTP/1.1 has a time-out of its own");
    }

    #[test]
    fn who_ends_gives_its_place_to_who_waits() {
        let house = House::new(1);
        let (one, _asked) = house.used(Version::HTTP_11);
        let mut waiting = Box::pin(house.open.place(None));
        assert!((&mut waiting).now_or_never().is_none());
        drop(one);
        assert!((&mut waiting).now_or_never().flatten().is_some());
    }
}

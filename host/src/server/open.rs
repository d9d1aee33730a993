//! The connections that are open, and which of them go first where there is no room for another: those that idle, of the site which
//! has the most, the longest idle first. A time-out for idleness is not enough: a request every few seconds, or a PING, outlives it.
//! Where none idles, the site with the most gives one to a site with fewer, so that nobody takes all places by slow requests.

use super::{
    address_limits::AddressSlot,
    networks::{Network, Site},
};
use crate::{
    clock::Clock,
    metrics::{LimitExceeded, Metrics},
};
use futures::future::{Either, select};
use std::{
    cmp::Reverse,
    collections::HashMap,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
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
    sites: HashMap<Site, Arc<AtomicUsize>>,
}

struct Record {
    network: Network,
    /// How many connections its site has.
    of_site: Arc<AtomicUsize>,
    activity: Arc<Activity>,
    /// Tells the connection to go.
    go: oneshot::Sender<()>,
    slot: Slot,
}

/// What a connection takes: one of all slots, and one of its address.
pub(super) struct Slot {
    permit: OwnedSemaphorePermit,
    address_slot: Option<AddressSlot>,
}

/// What a connection is doing.
#[derive(Default)]
struct Activity {
    answering: AtomicUsize,
    /// Since when it has not been answering, in milliseconds. 0 before its first request, which may be on its way: such a connection
    /// does not idle.
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

    /// A slot for another connection of a network, once there is one: a free one, or that of a connection which has to go. None where
    /// nobody can have one any more.
    pub(super) async fn slot(&self, network: Network, address_slot: Option<AddressSlot>) -> Option<Slot> {
        loop {
            if let Ok(permit) = self.permits.clone().try_acquire_owned() {
                return Some(Slot { permit, address_slot });
            }
            if let Some(Slot { permit, .. }) = self.displace_for(network) {
                return Some(Slot { permit, address_slot });
            }
            let free = pin!(self.permits.clone().acquire_owned());
            if let Either::Left((permit, _)) = select(free, pin!(self.idle.notified())).await {
                return Some(Slot { permit: permit.ok()?, address_slot });
            }
        }
    }

    /// What the longest idle connection of this network held of it, if there is one; it is closed.
    pub(super) fn displace_of(&self, network: Network) -> Option<AddressSlot> {
        let mut records = self.records();
        let idle = records.longest_idle(|record| record.network == network)?;
        self.close(&mut records, idle, LimitExceeded::Idle)?.address_slot
    }

    fn displace_for(&self, newcomer: Network) -> Option<Slot> {
        let mut records = self.records();
        if let Some(idle) = records.longest_idle(|_| true) {
            return self.close(&mut records, idle, LimitExceeded::Idle);
        }
        let oldest = records.oldest_of_the_largest_site(newcomer.site())?;
        self.close(&mut records, oldest, LimitExceeded::Connections)
    }

    fn close(&self, records: &mut Records, id: u64, why: LimitExceeded) -> Option<Slot> {
        let Record { go, slot, .. } = records.remove(id)?;
        // It may be ending by itself.
        let _ = go.send(());
        self.metrics.shed(why);
        Some(slot)
    }

    /// Enters a connection; returns it, and what is ready when it shall go.
    pub(super) fn enter(
        self: &Arc<Self>,
        network: Network,
        slot: Slot,
    ) -> (Connection, oneshot::Receiver<()>) {
        let (go, asked) = oneshot::channel();
        let activity = Arc::<Activity>::default();
        let id = self.records().add(network, activity.clone(), go, slot);
        (Connection { open: self.clone(), id, activity }, asked)
    }

    /// In milliseconds, never 0.
    fn now(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    fn add(&mut self, network: Network, activity: Arc<Activity>, go: oneshot::Sender<()>, slot: Slot) -> u64 {
        let id = self.next;
        self.next += 1;
        let of_site = self.sites.entry(network.site()).or_default().clone();
        of_site.fetch_add(1, Relaxed);
        self.by_id.insert(id, Record { network, of_site, activity, go, slot });
        id
    }

    fn remove(&mut self, id: u64) -> Option<Record> {
        let record = self.by_id.remove(&id)?;
        if record.of_site.fetch_sub(1, Relaxed) == 1 {
            self.sites.remove(&record.network.site());
        }
        Some(record)
    }

    fn longest_idle(&self, is_meant: impl Fn(&Record) -> bool) -> Option<u64> {
        let idle = self.by_id.iter().filter(|(_, record)| record.activity.is_idle() && is_meant(record));
        let first = idle.max_by_key(|(_, record)| {
            (record.of_site.load(Relaxed), Reverse(record.activity.idle_since.load(Relaxed)))
        });
        first.map(|(id, _)| *id)
    }

    /// The oldest connection of the site with the most, if that has more than this one will have. Not of a proxy, or this machine,
    /// which are counted for no address.
    fn oldest_of_the_largest_site(&self, newcomer: Site) -> Option<u64> {
        let of_newcomer = self.sites.get(&newcomer).map_or(0, |count| count.load(Relaxed)) + 1;
        let counted = self.by_id.iter().filter(|(_, record)| record.slot.address_slot.is_some());
        let larger = counted.filter(|(_, record)| record.of_site.load(Relaxed) > of_newcomer);
        larger.max_by_key(|(id, record)| (record.of_site.load(Relaxed), Reverse(**id))).map(|(id, _)| *id)
    }
}

impl Connection {
    /// A number that no other connection of the listener has.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Answers another request.
    pub(super) fn busy(&self) -> Busy {
        self.activity.answering.fetch_add(1, Relaxed);
        Busy { open: self.open.clone(), activity: self.activity.clone() }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.records().remove(self.id);
    }
}

impl Activity {
    fn is_idle(&self) -> bool {
        self.answering.load(Relaxed) == 0 && self.idle_since.load(Relaxed) > 0
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.activity.idle_since.store(self.open.now(), Relaxed);
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
    use super::{super::address_limits::ConnectionLimit, *};
    use crate::clock::TestClock;
    use futures::FutureExt as _;
    use std::time::Duration;

    struct House {
        clock: Arc<TestClock>,
        open: Arc<Open>,
        limit: ConnectionLimit,
    }

    impl House {
        fn new(most: usize) -> Self {
            let clock = Arc::new(TestClock::default());
            let limit = ConnectionLimit::new(1_000, Vec::new());
            Self { clock: clock.clone(), open: Open::new(most, clock, Arc::new(Metrics::new())), limit }
        }

        /// A connection that has been used once, a second after the one before.
        fn used(&self, address: &str) -> (Connection, oneshot::Receiver<()>) {
            let (connection, asked) = self.opened(address);
            drop(connection.busy());
            (connection, asked)
        }

        fn opened(&self, address: &str) -> (Connection, oneshot::Receiver<()>) {
            let network = network(address);
            let address_slot = self.limit.admit(address.parse().ok()).expect("room");
            let slot = self.open.slot(network, address_slot).now_or_never().flatten().expect("a place");
            self.clock.advance(Duration::from_secs(1));
            self.open.enter(network, slot)
        }
    }

    fn network(address: &str) -> Network {
        Network::of(address.parse().ok())
    }

    const OWNER: &str = "198.51.100.7";

    #[test]
    fn the_longest_idle_connection_gives_its_place() {
        let house = House::new(3);
        let (one, mut one_asked) = house.used("203.0.113.1");
        let (two, mut two_asked) = house.used("203.0.113.1");
        let (_three, mut three_asked) = house.used("203.0.113.1");
        house.clock.advance(Duration::from_secs(1));
        drop(one.busy());
        let answering = two.busy();
        let _four = house.opened("203.0.113.1");
        assert_eq!(three_asked.try_recv(), Ok(()), "it idles since before the first");
        assert!(one_asked.try_recv().is_err() && two_asked.try_recv().is_err());
        drop(answering);
    }

    #[test]
    fn of_idle_connections_one_of_the_site_with_the_most_goes() {
        let house = House::new(4);
        let (_owner, mut owner_asked) = house.used(OWNER);
        let (_one, mut one_asked) = house.used("2001:db8:0:1::1");
        let _others = [house.used("2001:db8:0:2::1"), house.used("2001:db8:0:3::1")];
        let _newcomer = house.opened("203.0.113.1");
        assert_eq!(one_asked.try_recv(), Ok(()));
        assert!(owner_asked.try_recv().is_err(), "though it has idled for longer");
    }

    #[test]
    fn where_none_idles_the_site_with_the_most_gives_one_to_a_smaller() {
        let house = House::new(3);
        let mut slow = ["2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1"].map(|address| {
            let (connection, asked) = house.opened(address);
            (asked, connection.busy(), connection)
        });
        let (owner, _asked) = house.opened(OWNER);
        assert_eq!(slow[0].0.try_recv(), Ok(()), "the oldest");
        let _answering = owner.busy();
        // One of two goes, and then everybody has one.
        let (other, _asked) = house.opened("203.0.113.1");
        let _answering = other.busy();
        assert_eq!(slow[1].0.try_recv(), Ok(()));
        assert!(house.open.slot(network("2001:db8:0:4::1"), None).now_or_never().is_none());
        assert!(house.open.slot(network("192.0.2.1"), None).now_or_never().is_none());
    }

    #[test]
    fn proxies_and_this_machine_keep_what_is_in_use() {
        let house = House::new(2);
        let proxied = [house.opened("127.0.0.1"), house.opened("127.0.0.1")];
        let _answering = proxied.each_ref().map(|(connection, _)| connection.busy());
        assert!(house.open.slot(network(OWNER), None).now_or_never().is_none());
    }

    #[test]
    fn who_ends_gives_its_place_to_who_waits() {
        let house = House::new(1);
        let (one, _asked) = house.opened(OWNER);
        let answering = one.busy();
        let mut waiting = Box::pin(house.open.slot(network(OWNER), None));
        assert!((&mut waiting).now_or_never().is_none());
        drop((answering, one));
        assert!((&mut waiting).now_or_never().flatten().is_some());
    }
}

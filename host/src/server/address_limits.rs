//! Limits on connections and requests per client address, applied before anything is done for them. The
//! component limits what requests do; these limits are about how many there are.

use super::networks::{Network, Tally};
use crate::{clock::Clock, metrics::LimitExceeded};
use governor::{
    Quota, RateLimiter, clock::Clock as GovernorClock, middleware::NoOpMiddleware, nanos::Nanos,
    state::keyed::HashMapStateStore,
};
use ipnet::IpNet;
use std::{
    fmt,
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

/// This machine, or one of those that are trusted to speak for others.
fn is_ours(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || trusted.iter().any(|network| network.contains(&address))
}

fn counted_for(address: Option<IpAddr>, trusted: &[IpNet]) -> Option<Network> {
    let counts = address.is_some_and(|address| !is_ours(address, trusted));
    counts.then(|| Network::of(address))
}

/// Connections of each address.
pub(super) struct ConnectionLimit {
    most: usize,
    trusted: Vec<IpNet>,
    /// At most as many as connections may be open in all.
    open: Arc<Mutex<Tally>>,
}

/// One connection, counted for its address until this is dropped.
pub(super) struct AddressSlot {
    network: Network,
    open: Arc<Mutex<Tally>>,
}

impl ConnectionLimit {
    /// So many of each address; 0: any number.
    pub(super) fn new(most: usize, trusted: Vec<IpNet>) -> Self {
        Self { most, trusted, open: Arc::default() }
    }

    /// Whom bounds by address count a connection for: nobody where a trusted proxy carries everyone, or this machine is our own.
    pub(super) fn network(&self, peer: Option<IpAddr>) -> Option<Network> {
        counted_for(peer, &self.trusted)
    }

    /// Lets a connection in, unless its address has too many.
    pub(super) fn admit(&self, peer: Option<IpAddr>) -> Result<Option<AddressSlot>, LimitExceeded> {
        let network = self.network(peer).filter(|_| self.most > 0);
        let Some(network) = network else { return Ok(None) };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.take(network, 1, self.most) {
            Ok(Some(AddressSlot { network, open: self.open.clone() }))
        } else {
            Err(LimitExceeded::Connections)
        }
    }
}

impl Drop for AddressSlot {
    fn drop(&mut self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).give_back(self.network, 1);
    }
}

/// How many addresses are remembered. Past it, those that asked nothing lately are forgotten; where all of them ask, further ones
/// share one budget.
const ADDRESSES: usize = 100_000;
/// How often it is looked at, in requests.
const LOOK_EVERY: u32 = 4_096;
/// How many seconds' worth of requests may come at once.
const BURST: u32 = 5;

type Limiter = RateLimiter<Network, HashMapStateStore<Network>, Elapsed, NoOpMiddleware<Nanos>>;

/// Requests of each address.
pub(super) struct RequestLimit {
    /// None: any number.
    limiter: Option<Limiter>,
    trusted: Vec<IpNet>,
    clock: Elapsed,
    asked: AtomicU32,
    /// Whether too many addresses ask for each to have a budget of its own.
    crowded: AtomicBool,
}

impl RequestLimit {
    /// So many a second of each address; 0: any number.
    pub(super) fn new(per_second: u32, trusted: Vec<IpNet>, clock: Arc<dyn Clock>) -> Self {
        let clock = Elapsed(clock);
        let quota = NonZeroU32::new(per_second).map(|rate| {
            Quota::per_second(rate)
                .allow_burst(rate.saturating_mul(NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN)))
        });
        let limiter = quota.map(|quota| RateLimiter::new(quota, HashMapStateStore::default(), clock.clone()));
        Self { limiter, trusted, clock, asked: AtomicU32::new(0), crowded: AtomicBool::new(false) }
    }

    /// Whom bounds by address count a request for, as they do a connection.
    pub(super) fn network(&self, address: Option<IpAddr>) -> Option<Network> {
        counted_for(address, &self.trusted)
    }

    /// Lets a request in, or says after how many seconds to try again. Requests from this machine or a trusted one itself, which it
    /// has not sent on for others, are let in: such a one may be a backend that checks the tokens of all its clients.
    pub(super) fn admit(&self, address: Option<IpAddr>) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if address.is_some_and(|address| is_ours(address, &self.trusted)) {
            return Ok(());
        }
        if self.asked.fetch_add(1, Relaxed) % LOOK_EVERY == LOOK_EVERY - 1 && limiter.len() > ADDRESSES {
            limiter.retain_recent();
            self.crowded.store(limiter.len() > ADDRESSES, Relaxed);
        }
        let network = if self.crowded.load(Relaxed) { Network::Unknown } else { Network::of(address) };
        limiter.check_key(&network).map_err(|refused| {
            let wait: Duration = refused.wait_time_from(self.clock.now());
            wait.as_secs() + 1
        })
    }
}

/// The server's clock, as the limiter reads it.
#[derive(Clone)]
struct Elapsed(Arc<dyn Clock>);

impl fmt::Debug for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Elapsed")
    }
}

impl GovernorClock for Elapsed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::TestClock;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("an address"))
    }

    #[test]
    fn connections_past_the_limit_are_turned_away_until_one_ends() {
        let limit = ConnectionLimit::new(2, vec!["10.0.0.0/8".parse().expect("a network")]);
        let one = limit.admit(address("203.0.113.5")).expect("room");
        let _other = limit.admit(address("::ffff:203.0.113.5")).expect("room");
        assert_eq!(limit.admit(address("203.0.113.5")).err(), Some(LimitExceeded::Connections));
        assert!(limit.admit(address("203.0.113.6")).is_ok());
        drop(one);
        assert!(limit.admit(address("203.0.113.5")).is_ok());
    }

    #[test]
    fn requests_past_the_limit_are_turned_away_but_not_a_trusted_machine_s_own() {
        let trusted = vec!["10.0.0.0/8".parse().expect("a network")];
        let limit = RequestLimit::new(1, trusted, Arc::new(TestClock::new(1)));
        let let_in = |text| (0..20).filter(|_| limit.admit(address(text)).is_ok()).count();
        assert_eq!(let_in("203.0.113.5"), 5);
        assert_eq!(let_in("::ffff:203.0.113.5"), 0);
        assert_eq!(let_in("203.0.113.6"), 5);
        assert_eq!(["10.1.2.3", "::ffff:10.1.2.3", "::1"].map(let_in), [20, 20, 20]);
    }

    #[test]
    fn proxies_and_this_machine_are_exempt_and_nothing_is_left_behind() {
        let limit = ConnectionLimit::new(1, vec!["10.0.0.0/8".parse().expect("a network")]);
        let held: Vec<_> = ["10.1.2.3", "::ffff:10.1.2.3", "127.0.0.1", "::1", "2001:db8::1"]
            .iter()
            .flat_map(|text| [limit.admit(address(text)), limit.admit(address(text))])
            .collect();
        assert_eq!(held.iter().filter(|held| held.is_err()).count(), 1);
        drop(held);
        assert!(limit.open.lock().expect("the map").is_empty());
    }
}

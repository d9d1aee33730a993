//! Budgets for what clients have us keep or do at a time (bytes, streams, requests): bounded in all, and for each address.

use super::networks::{Network, Tally};
use std::sync::{Arc, Mutex, PoisonError};

/// One address may reserve one part of so many.
const SHARE: usize = 8;

/// A budget, in whatever it counts: bytes, streams, requests.
pub(super) struct Budget {
    size: usize,
    /// So much of each reservation is not counted.
    free: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    by_network: Tally,
}

/// What one request has reserved of a budget. Dropping it gives that back.
pub(super) struct Reservation {
    budget: Arc<Budget>,
    network: Option<Network>,
    length: usize,
}

impl Budget {
    /// A budget of so much; so much of each reservation is free.
    pub(super) fn new(size: usize, free: usize) -> Arc<Self> {
        Arc::new(Self { size, free, taken: Mutex::default() })
    }

    /// An empty reservation for a request from this network; without a network, it counts in all and for no address.
    pub(super) fn reserve(self: &Arc<Self>, network: Option<Network>) -> Reservation {
        Reservation { budget: self.clone(), network, length: 0 }
    }

    fn take(&self, network: Option<Network>, amount: usize) -> bool {
        if amount == 0 {
            return true;
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let share = self.size / SHARE;
        let fits = taken.in_all + amount <= self.size
            && network.is_none_or(|network| taken.by_network.take(network, amount, share));
        if fits {
            taken.in_all += amount;
        }
        fits
    }

    fn give_back(&self, network: Option<Network>, amount: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all = taken.in_all.saturating_sub(amount);
        if let Some(network) = network {
            taken.by_network.give_back(network, amount);
        }
    }
}

impl Reservation {
    /// Reserves so much more; false where the budget is spent.
    #[must_use]
    pub(super) fn grow(&mut self, amount: usize) -> bool {
        let length = self.length + amount;
        let grown = self.budget.take(self.network, self.counted(length) - self.counted(self.length));
        if grown {
            self.length = length;
        }
        grown
    }

    fn counted(&self, length: usize) -> usize {
        length.saturating_sub(self.budget.free)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let counted = self.counted(self.length);
        if counted > 0 {
            self.budget.give_back(self.network, counted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: usize = 4_096;

    fn address(text: &str) -> Option<Network> {
        Some(Network::of(Some(text.parse().expect("an address"))))
    }

    #[test]
    fn one_address_leaves_room_for_others_and_gives_its_own_back() {
        let budget = Budget::new(80_000, FREE);
        let mut bodies: Vec<_> = (0..3).map(|_| budget.reserve(address("203.0.113.5"))).collect();
        let grown: Vec<_> = bodies.iter_mut().map(|body| body.grow(3_000 + FREE)).collect();
        assert_eq!(grown, [true, true, true]);
        assert!(!budget.reserve(address("203.0.113.5")).grow(4_000 + FREE));
        assert!(budget.reserve(address("203.0.113.6")).grow(10_000 + FREE));
        assert!(budget.reserve(Some(Network::Unknown)).grow(10_000 + FREE));
        assert!(budget.reserve(None).grow(20_000 + FREE), "who counts for no address has no share");
        bodies.pop();
        assert!(budget.reserve(address("203.0.113.5")).grow(2_000 + FREE));
        drop(bodies);
        let taken = budget.taken.lock().expect("what is taken");
        assert_eq!((taken.in_all, taken.by_network.is_empty()), (0, true));
    }

    #[test]
    fn many_addresses_do_not_keep_small_bodies_out() {
        let budget = Budget::new(80_000, FREE);
        let mut held: Vec<_> = (0..8).map(|n| budget.reserve(address(&format!("203.0.113.{n}")))).collect();
        assert!(held.iter_mut().all(|body| body.grow(10_000 + FREE)));
        let mut sign_in = budget.reserve(address("198.51.100.7"));
        assert!(sign_in.grow(200) && sign_in.grow(FREE - 200));
        assert!(!sign_in.grow(1));
    }
}

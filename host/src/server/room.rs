//! Room for what clients have us keep or do at a time: bounded in all, and for each address.

use super::networks::{Network, Tally};
use std::sync::{Arc, Mutex, PoisonError};

/// One address may have so many parts of it.
const SHARE: usize = 8;

/// The room, in whatever it is for: bytes, requests.
pub(super) struct Room {
    size: usize,
    /// So much of each place needs no room.
    free: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    by_network: Tally,
}

/// What one request takes of it, for as long as this lives.
pub(super) struct Place {
    room: Arc<Room>,
    network: Option<Network>,
    length: usize,
}

impl Room {
    /// Room for so much; so much of each place is free.
    pub(super) fn new(size: usize, free: usize) -> Arc<Self> {
        Arc::new(Self { size, free, taken: Mutex::default() })
    }

    /// A place in it for a request from this network; without one, it counts in all and for no address.
    pub(super) fn place(self: &Arc<Self>, network: Option<Network>) -> Place {
        Place { room: self.clone(), network, length: 0 }
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

impl Place {
    /// Takes so much more; false where there is no room for it.
    #[must_use]
    pub(super) fn grow(&mut self, amount: usize) -> bool {
        let length = self.length + amount;
        let grown = self.room.take(self.network, self.counted(length) - self.counted(self.length));
        if grown {
            self.length = length;
        }
        grown
    }

    fn counted(&self, length: usize) -> usize {
        length.saturating_sub(self.room.free)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let counted = self.counted(self.length);
        if counted > 0 {
            self.room.give_back(self.network, counted);
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
        let room = Room::new(80_000, FREE);
        let mut bodies: Vec<_> = (0..3).map(|_| room.place(address("203.0.113.5"))).collect();
        let grown: Vec<_> = bodies.iter_mut().map(|body| body.grow(3_000 + FREE)).collect();
        assert_eq!(grown, [true, true, true]);
        assert!(!room.place(address("203.0.113.5")).grow(4_000 + FREE));
        assert!(room.place(address("203.0.113.6")).grow(10_000 + FREE));
        assert!(room.place(Some(Network::Unknown)).grow(10_000 + FREE));
        assert!(room.place(None).grow(20_000 + FREE), "who counts for no address has no share");
        bodies.pop();
        assert!(room.place(address("203.0.113.5")).grow(2_000 + FREE));
        drop(bodies);
        let taken = room.taken.lock().expect("what is taken");
        assert_eq!((taken.in_all, taken.by_network.is_empty()), (0, true));
    }

    #[test]
    fn many_addresses_do_not_keep_small_bodies_out() {
        let room = Room::new(80_000, FREE);
        let mut held: Vec<_> = (0..8).map(|n| room.place(address(&format!("203.0.113.{n}")))).collect();
        assert!(held.iter_mut().all(|body| body.grow(10_000 + FREE)));
        let mut sign_in = room.place(address("198.51.100.7"));
        assert!(sign_in.grow(200) && sign_in.grow(FREE - 200));
        assert!(!sign_in.grow(1));
    }
}

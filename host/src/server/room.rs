//! Room for requests whose bodies are on their way or that wait for an instance: bounded in bytes, in all and for each address.

use super::networks::{Network, Tally};
use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// So much of each request needs no room: a body that is announced and never comes, one that only signs somebody in, and the cookies
/// of an honest client are not what room runs out for. Connections bound how many there are.
const FREE: usize = 4 * 1024;

/// One address may have so many parts of it.
const SHARE: usize = 8;

/// The room, in bytes.
pub(super) struct Room {
    size: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    by_network: Tally,
}

/// What one request takes of it, for as long as this lives.
pub(super) struct Place<'a> {
    room: &'a Room,
    network: Network,
    length: usize,
}

impl Room {
    /// Room for so many bytes.
    pub(super) fn new(size: usize) -> Self {
        Self { size, taken: Mutex::default() }
    }

    /// A place for a request from this address. Those whose address is not known count as one.
    pub(super) fn place(&self, address: Option<IpAddr>) -> Place<'_> {
        Place { room: self, network: Network::of(address), length: 0 }
    }

    fn take(&self, network: Network, bytes: usize) -> bool {
        if bytes == 0 {
            return true;
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let fits =
            taken.in_all + bytes <= self.size && taken.by_network.take(network, bytes, self.size / SHARE);
        if fits {
            taken.in_all += bytes;
        }
        fits
    }

    fn give_back(&self, network: Network, bytes: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all = taken.in_all.saturating_sub(bytes);
        taken.by_network.give_back(network, bytes);
    }
}

impl Place<'_> {
    /// Takes so many bytes more; false where there is no room for them.
    #[must_use]
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let length = self.length + bytes;
        let grown = self.room.take(self.network, counted(length) - counted(self.length));
        if grown {
            self.length = length;
        }
        grown
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if counted(self.length) > 0 {
            self.room.give_back(self.network, counted(self.length));
        }
    }
}

const fn counted(length: usize) -> usize {
    length.saturating_sub(FREE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("an address"))
    }

    #[test]
    fn one_address_leaves_room_for_others_and_gives_its_own_back() {
        let room = Room::new(80_000);
        let mut bodies: Vec<_> = (0..3).map(|_| room.place(address("203.0.113.5"))).collect();
        let grown: Vec<_> = bodies.iter_mut().map(|body| body.grow(3_000 + FREE)).collect();
        assert_eq!(grown, [true, true, true]);
        assert!(!room.place(address("203.0.113.5")).grow(4_000 + FREE));
        assert!(room.place(address("203.0.113.6")).grow(10_000 + FREE));
        assert!(room.place(None).grow(10_000 + FREE));
        bodies.pop();
        assert!(room.place(address("203.0.113.5")).grow(2_000 + FREE));
        drop(bodies);
        let taken = room.taken.lock().expect("what is taken");
        assert_eq!((taken.in_all, taken.by_network.is_empty()), (0, true));
    }

    #[test]
    fn many_addresses_do_not_keep_small_bodies_out() {
        let room = Room::new(80_000);
        let mut held: Vec<_> = (0..8).map(|n| room.place(address(&format!("203.0.113.{n}")))).collect();
        assert!(held.iter_mut().all(|body| body.grow(10_000 + FREE)));
        let mut sign_in = room.place(address("198.51.100.7"));
        assert!(sign_in.grow(200) && sign_in.grow(FREE - 200));
        assert!(!sign_in.grow(1));
    }
}

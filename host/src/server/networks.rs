//! Whom bounds by address take for one.

use std::{collections::HashMap, net::IpAddr};

/// What counts as one: an IPv4 address, or a /64 of IPv6, which is what one customer has; everyone whose address is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Network {
    V4(u32),
    V6(u64),
    Unknown,
}

impl Network {
    pub(super) fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => Self::V4(address.to_bits()),
            Some(IpAddr::V6(address)) => Self::V6(u64::try_from(address.to_bits() >> 64).unwrap_or(0)),
            None => Self::Unknown,
        }
    }
}

/// The neighbourhood of a network: the /24 of an IPv4 address, or the /48 of an IPv6 one, which is what one site has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Site {
    V4(u32),
    V6(u64),
    Unknown,
}

impl Network {
    pub(super) fn site(self) -> Site {
        match self {
            Self::V4(address) => Site::V4(address >> 8),
            Self::V6(network) => Site::V6(network >> 16),
            Self::Unknown => Site::Unknown,
        }
    }
}

/// How much each network has of something; those that have nothing are not remembered.
#[derive(Default)]
pub(super) struct Tally(HashMap<Network, usize>);

impl Tally {
    /// Gives a network so much more, unless it would have more than `most` then.
    #[must_use]
    pub(super) fn take(&mut self, network: Network, amount: usize, most: usize) -> bool {
        let taken = self.0.get(&network).copied().unwrap_or(0) + amount;
        if taken > most {
            return false;
        }
        self.0.insert(network, taken);
        true
    }

    /// Takes so much back from it.
    pub(super) fn give_back(&mut self, network: Network, amount: usize) {
        let left = self.0.get(&network).map_or(0, |taken| taken.saturating_sub(amount));
        if left > 0 {
            self.0.insert(network, left);
        } else {
            self.0.remove(&network);
        }
    }

    /// Whether no network has anything.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

//! How many challenges strangers can have mailed.

use crate::context::Context;
use sha2::{Digest as _, Sha256};

/// How many of a purpose within an hour, and within a day.
#[derive(Clone, Copy)]
pub struct Limit {
    pub hour: u32,
    pub day: u32,
}

/// Of one address, and of one network.
pub const OF_ONE: Limit = Limit { hour: 3, day: 10 };

/// Of one address, by browsers that have not signed in to it before: a third is left for those that have, so that nobody is denied
/// recovery by a stranger who asks for it ten times each morning.
pub const BY_STRANGERS: Limit = Limit { hour: 2, day: 7 };

/// Of all callers together whose network is not known.
const OF_UNKNOWN: Limit = Limit { hour: 300, day: 1000 };

/// No limit.
pub const WITHOUT: Limit = Limit { hour: u32::MAX, day: u32::MAX };

/// The network that a stranger asks from, by its hash, and how many it may have.
pub fn of_network(ctx: &Context) -> ([u8; 32], Limit) {
    let network = ctx.client.network();
    let limit = if network.is_some() { OF_ONE } else { OF_UNKNOWN };
    (Sha256::digest(network.unwrap_or_default()).into(), limit)
}

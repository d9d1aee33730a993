use super::{
    network::{Network, Prefix},
    served::Served,
};
use std::collections::VecDeque;

/// A queue that is bounded, and fair between the networks that its items come from.
///
/// An item leaves for the network that was served least lately: first among the widest networks (a /48 of IPv6, a /24 of IPv4), then
/// among those within it, down to the network itself, where those of known devices and others take turns, each in order. Every fourth
/// item is the one that has waited longest, so that nobody waits for ever. A quarter of the places is kept for known devices, and
/// another for strangers: anyone can make devices known, to accounts of their own. When there is no place, the network that was
/// served and waits most gives its newest one up, in the same order of networks, where it had more than the newcomer's would then
/// have; a stranger's item never takes the place of a known device's. So whoever floods the queue waits for himself, from however
/// many networks of one house.
pub(super) struct Queue<T> {
    places: usize,
    /// Never an empty one, so at most `places`.
    lanes: Vec<Lane<T>>,
    served: Served,
    /// How many items have come, and how many have left in their turn.
    came: u64,
    left: u64,
}

/// One in so many turns goes to whoever has waited longest.
const TURN_OF_THE_OLDEST: u64 = 4;

/// What waits for one network, or for all whose network is not known: each with its number.
struct Lane<T> {
    network: Network,
    known: VecDeque<(u64, T)>,
    unknown: VecDeque<(u64, T)>,
    last_was_known: bool,
}

impl<T> Lane<T> {
    fn len(&self) -> usize {
        self.known.len() + self.unknown.len()
    }

    /// Those who did not have the last turn have this one, if any of them waits.
    fn pop(&mut self) -> Option<T> {
        let known = self.unknown.is_empty() || !self.last_was_known && !self.known.is_empty();
        self.last_was_known = known;
        self.of_mut(known).pop_front().map(|(_, item)| item)
    }

    /// The one that has waited longest.
    fn pop_oldest(&mut self) -> Option<T> {
        let number = |items: &VecDeque<(u64, T)>| items.front().map_or(u64::MAX, |(number, _)| *number);
        let known = number(&self.known) < number(&self.unknown);
        self.of_mut(known).pop_front().map(|(_, item)| item)
    }

    fn oldest(&self) -> u64 {
        let fronts = [self.known.front(), self.unknown.front()];
        fronts.into_iter().flatten().map(|(number, _)| *number).min().unwrap_or(u64::MAX)
    }

    /// What waits of known devices, or of others.
    fn of(&self, known_device: bool) -> &VecDeque<(u64, T)> {
        if known_device { &self.known } else { &self.unknown }
    }

    fn of_mut(&mut self, known_device: bool) -> &mut VecDeque<(u64, T)> {
        if known_device { &mut self.known } else { &mut self.unknown }
    }

    fn prefix(&self, level: usize) -> Option<&Prefix> {
        self.network.prefixes().get(level)
    }
}

impl<T> Queue<T> {
    /// A queue for so many items, at least one.
    pub(super) fn new(places: usize) -> Self {
        Self { places: places.max(1), lanes: Vec::new(), served: Served::default(), came: 0, left: 0 }
    }

    /// How many items wait.
    pub(super) fn len(&self) -> usize {
        self.lanes.iter().map(Lane::len).sum()
    }

    /// Whether there is a place that nobody has to give up.
    pub(super) fn has_room(&self, known_device: bool) -> bool {
        self.len() < self.places && !self.has_its_share(known_device)
    }

    /// Whether known devices, or others, have all the places that are not kept for the others.
    fn has_its_share(&self, known_device: bool) -> bool {
        let taken: usize = self.lanes.iter().map(|lane| lane.of(known_device).len()).sum();
        taken >= self.places - self.places / 4
    }

    /// Lets an item in, and returns the one that there is no place for: none, another, or this one itself.
    #[must_use = "whoever waits for the item is to be told"]
    pub(super) fn push(&mut self, network: Option<&str>, known_device: bool, item: T) -> Option<T> {
        let network = Network::parse(network);
        let mut evicted = None;
        if !self.has_room(known_device) {
            evicted = self.evict_for(&network, known_device);
            if evicted.is_none() {
                return Some(item);
            }
        }
        self.came += 1;
        let item = (self.came, item);
        if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.network == network) {
            lane.of_mut(known_device).push_back(item);
        } else {
            let mut lane =
                Lane { network, known: VecDeque::new(), unknown: VecDeque::new(), last_was_known: false };
            lane.of_mut(known_device).push_back(item);
            self.lanes.push(lane);
        }
        evicted
    }

    /// The item whose turn it is.
    pub(super) fn pop(&mut self) -> Option<T> {
        let is_of_the_oldest = self.left % TURN_OF_THE_OLDEST == TURN_OF_THE_OLDEST - 1;
        let turn = if is_of_the_oldest { self.longest_waiting() } else { self.least_served() }?;
        let lane = self.lanes.get_mut(turn)?;
        let item = if is_of_the_oldest { lane.pop_oldest() } else { lane.pop() };
        self.left += 1;
        self.served.note(&lane.network);
        self.lanes.retain(|lane| lane.len() > 0);
        item
    }

    fn longest_waiting(&self) -> Option<usize> {
        (0..self.lanes.len()).min_by_key(|lane| self.lanes.get(*lane).map(Lane::oldest))
    }

    /// The lane whose turn it is: among those that were served alike, the one that has waited longest.
    fn least_served(&self) -> Option<usize> {
        let mut lanes: Vec<(usize, &Lane<T>)> = self.lanes.iter().enumerate().collect();
        for level in 0.. {
            let served = |lane: &Lane<T>| lane.prefix(level).map_or(0.0, |prefix| self.served.lately(prefix));
            let (_, least) = lanes.iter().min_by(|(_, one), (_, other)| {
                served(one).total_cmp(&served(other)).then(one.oldest().cmp(&other.oldest()))
            })?;
            let Some(prefix) = least.prefix(level) else { break };
            lanes.retain(|(_, lane)| lane.prefix(level) == Some(prefix));
        }
        lanes.first().map(|(index, _)| *index)
    }

    /// Drops every item but these.
    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        for lane in &mut self.lanes {
            lane.known.retain(|(_, item)| keep(item));
            lane.unknown.retain(|(_, item)| keep(item));
        }
        self.lanes.retain(|lane| lane.len() > 0);
    }

    /// Takes an item's place: for a known device a stranger's, where that makes room; otherwise one of its like.
    fn evict_for(&mut self, network: &Network, known_device: bool) -> Option<T> {
        let others = known_device && !self.has_its_share(true);
        let victim = others.then(|| self.most_served(network, true, false)).flatten();
        let (lane, class) = match victim {
            Some(lane) => (lane, false),
            None => (self.most_served(network, known_device, known_device)?, known_device),
        };
        let evicted = self.lanes.get_mut(lane)?.of_mut(class).pop_back().map(|(_, item)| item);
        self.lanes.retain(|lane| lane.len() > 0);
        evicted
    }

    /// The lane that gives a place of a class up for a newcomer of this network, and of its own class. From the widest networks to the
    /// narrowest, whichever was served and waits most gives way, if it still has no less than the newcomer's then; until then the
    /// newcomer's own is looked at within.
    fn most_served(&self, newcomer: &Network, known_device: bool, class: bool) -> Option<usize> {
        let load = |prefix: &Prefix, level: usize, class: bool| {
            let lanes = self.lanes.iter().filter(|lane| lane.prefix(level) == Some(prefix));
            let waiting: usize = lanes.map(|lane| lane.of(class).len()).sum();
            self.served.lately(prefix) + f64::from(u32::try_from(waiting).unwrap_or(u32::MAX))
        };
        let waits = |(_, lane): &(usize, &Lane<T>)| !lane.of(class).is_empty();
        let mut lanes: Vec<(usize, &Lane<T>)> = self.lanes.iter().enumerate().filter(waits).collect();
        let mut within_own = true;
        for level in 0.. {
            let most = lanes.iter().filter_map(|(_, lane)| lane.prefix(level));
            let most =
                most.max_by(|one, other| load(one, level, class).total_cmp(&load(other, level, class)));
            let Some(mut prefix) = most else { break };
            if within_own {
                let own = newcomer.prefixes().get(level)?;
                if prefix != own && load(prefix, level, class) >= load(own, level, known_device) + 2.0 {
                    within_own = false;
                } else {
                    prefix = own;
                }
            }
            lanes.retain(|(_, lane)| lane.prefix(level) == Some(prefix));
        }
        let (index, lane) = lanes.first()?;
        // Within one network nobody makes way, but strangers for a known device, and not the last of them.
        let makes_way = !within_own || class != known_device && lane.of(class).len() > 1;
        makes_way.then_some(*index)
    }
}

#[cfg(test)]
mod tests;

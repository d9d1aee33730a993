use std::collections::VecDeque;

/// A queue that is bounded, and fair between the networks that its items come from.
///
/// Items leave round robin among networks; within a network, those of known devices and others take turns, each in order. A
/// quarter of the places is kept for known devices, and another for strangers: anyone can make devices known, to
/// accounts of their own. When there is no place, the network that has taken the most gives its newest one up, but none
/// has to give up its last, nor a stranger's ever one of a known device. So whoever floods the queue waits for himself,
/// and an item of any other network leaves within as many pops as there are networks.
pub(super) struct Queue<T> {
    places: usize,
    /// Never an empty one, so at most `places`. The next to be served is in front.
    lanes: VecDeque<Lane<T>>,
}

/// What waits for one network, or for all whose network is not known.
struct Lane<T> {
    network: Option<String>,
    known: VecDeque<T>,
    unknown: VecDeque<T>,
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
        self.of_mut(known).pop_front()
    }

    /// What waits of known devices, or of others.
    fn of(&self, known_device: bool) -> &VecDeque<T> {
        if known_device { &self.known } else { &self.unknown }
    }

    fn of_mut(&mut self, known_device: bool) -> &mut VecDeque<T> {
        if known_device { &mut self.known } else { &mut self.unknown }
    }
}

impl<T> Queue<T> {
    /// A queue for so many items, at least one.
    pub(super) fn new(places: usize) -> Self {
        Self { places: places.max(1), lanes: VecDeque::new() }
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
    pub(super) fn push(&mut self, network: Option<String>, known_device: bool, item: T) -> Option<T> {
        let mut evicted = None;
        if !self.has_room(known_device) {
            evicted = self.evict_for(&network, known_device);
            if evicted.is_none() {
                return Some(item);
            }
        }
        if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.network == network) {
            lane.of_mut(known_device).push_back(item);
        } else {
            let mut lane =
                Lane { network, known: VecDeque::new(), unknown: VecDeque::new(), last_was_known: false };
            lane.of_mut(known_device).push_back(item);
            self.lanes.push_back(lane);
        }
        evicted
    }

    /// The item whose turn it is.
    pub(super) fn pop(&mut self) -> Option<T> {
        let mut lane = self.lanes.pop_front()?;
        let item = lane.pop();
        if lane.len() > 0 {
            self.lanes.push_back(lane);
        }
        item
    }

    /// Drops every item but these.
    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        for lane in &mut self.lanes {
            lane.known.retain(&keep);
            lane.unknown.retain(&keep);
        }
        self.lanes.retain(|lane| lane.len() > 0);
    }

    /// Takes the newest item from the network that has the most: for a known device one of a stranger's, where that
    /// makes room; otherwise one of its like, if that network has then still no less than its own.
    fn evict_for(&mut self, network: &Option<String>, known_device: bool) -> Option<T> {
        if known_device
            && !self.has_its_share(true)
            && let Some(evicted) = self.evict_of_greatest(false, 2)
        {
            return Some(evicted);
        }
        let own = self.lanes.iter().find(|lane| lane.network == *network);
        let own = own.map_or(0, |lane| lane.of(known_device).len());
        self.evict_of_greatest(known_device, own + 2)
    }

    fn evict_of_greatest(&mut self, known_device: bool, least: usize) -> Option<T> {
        let greatest = self.lanes.iter_mut().max_by_key(|lane| lane.of(known_device).len())?;
        if greatest.of(known_device).len() < least {
            return None;
        }
        greatest.of_mut(known_device).pop_back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn network(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    fn drain<T>(queue: &mut Queue<T>) -> Vec<T> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn networks_take_turns_and_each_is_in_order() {
        let mut queue = Queue::new(16);
        for (from, item) in [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2")] {
            assert_eq!(queue.push(network(from), false, item), None);
        }
        assert_eq!(queue.push(None, false, "?1"), None);
        assert_eq!(drain(&mut queue), ["a1", "b1", "c1", "?1", "a2", "b2", "a3"]);
    }

    #[test]
    fn known_devices_and_others_of_a_network_take_turns() {
        let mut queue = Queue::new(16);
        for (known, item) in [(true, "k1"), (true, "k2"), (true, "k3"), (false, "u1"), (false, "u2")] {
            assert_eq!(queue.push(network("a"), known, item), None);
        }
        assert_eq!(drain(&mut queue), ["k1", "u1", "k2", "u2", "k3"]);
    }

    #[test]
    fn a_known_device_goes_first_within_its_network() {
        let mut queue = Queue::new(16);
        for (from, known, item) in
            [("a", false, "a1"), ("b", false, "b1"), ("a", false, "a2"), ("a", true, "a3")]
        {
            assert_eq!(queue.push(network(from), known, item), None);
        }
        assert_eq!(drain(&mut queue), ["a3", "b1", "a1", "a2"]);
    }

    #[test]
    fn a_quarter_of_the_places_is_kept_for_known_devices() {
        let mut queue = Queue::new(8);
        for from in 0..6 {
            assert_eq!(queue.push(network(&from.to_string()), false, from), None);
        }
        assert_eq!(queue.push(network("stranger"), false, 6), Some(6));
        assert_eq!(queue.push(network("friend"), true, 7), None);
        assert_eq!(queue.push(network("friend"), true, 8), None);
        assert_eq!(queue.push(network("friend"), true, 9), Some(9));
        assert_eq!(queue.len(), 8);
    }

    #[test]
    fn a_network_that_floods_makes_room_for_others() {
        let mut queue = Queue::new(8);
        for item in 1..=6 {
            assert_eq!(queue.push(network("flood"), false, item), None);
        }
        assert_eq!(queue.push(network("flood"), false, 7), Some(7));
        assert_eq!(queue.push(network("other"), false, 100), Some(6));
        assert_eq!(queue.push(network("other"), false, 101), Some(5));
        assert_eq!(queue.push(network("other"), false, 102), Some(4));
        assert_eq!(queue.push(network("other"), false, 103), Some(103));
        assert_eq!(drain(&mut queue), [1, 100, 2, 101, 3, 102]);
    }

    #[test]
    fn who_floods_it_with_known_devices_makes_room_for_others_too() {
        let mut queue = Queue::new(8);
        for item in 1..=6 {
            assert_eq!(queue.push(network("flood"), true, item), None);
        }
        assert_eq!(queue.push(network("flood"), true, 7), Some(7));
        assert_eq!(queue.push(network("owner"), true, 100), Some(6));
        assert_eq!(queue.push(network("newcomer"), false, 200), None);
        assert_eq!(queue.push(network("another"), false, 201), None);
        assert_eq!(queue.push(network("third"), false, 202), Some(202));
        assert_eq!(queue.push(network("third"), true, 101), Some(5));
        assert_eq!(drain(&mut queue), [1, 100, 200, 201, 101, 2, 3, 4]);
    }

    #[test]
    fn a_known_device_finds_a_place_among_those_of_its_own_flooding_network() {
        let mut queue = Queue::new(4);
        for item in [1, 2, 3] {
            assert_eq!(queue.push(network("office"), false, item), None);
        }
        assert_eq!(queue.push(network("office"), true, 4), None);
        assert_eq!(queue.push(network("office"), true, 5), Some(3));
        assert_eq!(queue.push(network("office"), true, 6), Some(2));
        assert_eq!(queue.push(network("office"), true, 7), Some(7));
        assert_eq!(drain(&mut queue), [4, 1, 5, 6]);
    }

    #[test]
    fn what_nobody_waits_for_leaves_its_place() {
        let mut queue = Queue::new(4);
        for item in [1, 2, 3] {
            assert_eq!(queue.push(network("a"), false, item), None);
        }
        assert!(!queue.has_room(false));
        queue.retain(|item| *item == 2);
        assert!(queue.has_room(false));
        assert_eq!(queue.push(network("b"), false, 4), None);
        assert_eq!(drain(&mut queue), [2, 4]);
        assert!(queue.lanes.is_empty());
    }

    /// Pushes from one of a few networks, and pops.
    #[derive(Clone, Debug)]
    enum Step {
        Push { network: u8, known: bool },
        Pop,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            // A flood, and a few others.
            3 => Just(Step::Push { network: 0, known: false }),
            2 => (0..5u8, prop::bool::weighted(0.2)).prop_map(|(network, known)| Step::Push { network, known }),
            2 => Just(Step::Pop),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_bound_holds_nothing_is_lost_and_no_network_waits_longer_than_a_round(
            places in 1..12usize,
            steps in prop::collection::vec(step(), 0..80),
        ) {
            let mut queue = Queue::new(places);
            // What is inside, by network, and how often others were served while a network waited.
            let mut inside: BTreeMap<u8, BTreeSet<usize>> = BTreeMap::new();
            let mut passed_over: BTreeMap<u8, usize> = BTreeMap::new();
            for (id, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Push { network: from, known } => {
                        let before = queue.len();
                        let out = queue.push(Some(from.to_string()), known, (from, id));
                        inside.entry(from).or_default().insert(id);
                        if let Some((evicted, id)) = out {
                            prop_assert!(inside.get_mut(&evicted).is_some_and(|ids| ids.remove(&id)));
                            prop_assert_eq!(queue.len(), before);
                        }
                    }
                    Step::Pop => {
                        let waiting = inside.values().filter(|ids| !ids.is_empty()).count();
                        let Some((served, id)) = queue.pop() else {
                            prop_assert_eq!(waiting, 0);
                            continue;
                        };
                        prop_assert!(inside.get_mut(&served).is_some_and(|ids| ids.remove(&id)));
                        passed_over.insert(served, 0);
                        for (network, ids) in &inside {
                            if *network != served && !ids.is_empty() {
                                *passed_over.entry(*network).or_default() += 1;
                            }
                        }
                        prop_assert!(passed_over.values().all(|times| *times < 5));
                    }
                }
                prop_assert!(queue.len() <= places);
                prop_assert_eq!(queue.len(), inside.values().map(BTreeSet::len).sum::<usize>());
                for known in [false, true] {
                    let taken: usize = queue.lanes.iter().map(|lane| lane.of(known).len()).sum();
                    prop_assert!(taken <= places - places / 4);
                }
            }
        }
    }
}

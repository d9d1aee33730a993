use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn drain<T>(queue: &mut Queue<T>) -> Vec<T> {
    std::iter::from_fn(|| queue.pop()).collect()
}

/// The nth /64 of a house that has been given a /56.
fn of_house(n: u32) -> String {
    format!("2001:db8:aa:{:x}::/64", 0xbb00 + n % 256)
}

#[test]
fn networks_take_turns_and_each_is_in_order() {
    let mut queue = Queue::new(16);
    for (from, item) in [("a", "a1"), ("b", "b1"), ("c", "c1"), ("a", "a2"), ("a", "a3"), ("b", "b2")] {
        assert_eq!(queue.push(Some(from), false, item), None);
    }
    assert_eq!(queue.push(None, false, "?1"), None);
    // The fourth has waited longest.
    assert_eq!(drain(&mut queue), ["a1", "b1", "c1", "a2", "?1", "b2", "a3"]);
}

#[test]
fn known_devices_and_others_of_a_network_take_turns() {
    let mut queue = Queue::new(16);
    for (known, item) in [(true, "k1"), (false, "u1"), (true, "k2"), (false, "u2"), (true, "k3")] {
        assert_eq!(queue.push(Some("a"), known, item), None);
    }
    assert_eq!(drain(&mut queue), ["k1", "u1", "k2", "u2", "k3"]);
}

#[test]
fn a_known_device_goes_first_within_its_network() {
    let mut queue = Queue::new(16);
    for (from, known, item) in [("a", false, "a1"), ("b", false, "b1"), ("a", false, "a2"), ("a", true, "a3")]
    {
        assert_eq!(queue.push(Some(from), known, item), None);
    }
    assert_eq!(drain(&mut queue), ["a3", "b1", "a1", "a2"]);
}

#[test]
fn who_has_waited_longest_is_not_passed_over_for_ever() {
    let mut queue = Queue::new(16);
    for n in 0..100 {
        assert_eq!(queue.push(Some("busy"), false, n), None);
        assert_eq!(queue.pop(), Some(n));
    }
    assert_eq!(queue.push(Some("busy"), false, 100), None);
    let passed_over = (0..).take_while(|n| {
        assert_eq!(queue.push(Some(&n.to_string()), false, 1000 + n), None);
        queue.pop() != Some(100)
    });
    assert!(passed_over.count() < 4);
}

#[test]
fn a_quarter_of_the_places_is_kept_for_known_devices() {
    let mut queue = Queue::new(8);
    for from in 0..6 {
        assert_eq!(queue.push(Some(&from.to_string()), false, from), None);
    }
    assert_eq!(queue.push(Some("stranger"), false, 6), Some(6));
    assert_eq!(queue.push(Some("friend"), true, 7), None);
    assert_eq!(queue.push(Some("friend"), true, 8), None);
    assert_eq!(queue.push(Some("friend"), true, 9), Some(9));
    assert_eq!(queue.len(), 8);
}

#[test]
fn a_network_that_floods_makes_room_for_others() {
    let mut queue = Queue::new(8);
    for item in 1..=6 {
        assert_eq!(queue.push(Some("flood"), false, item), None);
    }
    assert_eq!(queue.push(Some("flood"), false, 7), Some(7));
    assert_eq!(queue.push(Some("other"), false, 100), Some(6));
    assert_eq!(queue.push(Some("other"), false, 101), Some(5));
    assert_eq!(queue.push(Some("other"), false, 102), Some(4));
    assert_eq!(queue.push(Some("other"), false, 103), Some(103));
    assert_eq!(drain(&mut queue), [1, 100, 2, 3, 101, 102]);
}

#[test]
fn who_floods_it_with_known_devices_makes_room_for_others_too() {
    let mut queue = Queue::new(8);
    for item in 1..=6 {
        assert_eq!(queue.push(Some("flood"), true, item), None);
    }
    assert_eq!(queue.push(Some("flood"), true, 7), Some(7));
    assert_eq!(queue.push(Some("owner"), true, 100), Some(6));
    assert_eq!(queue.push(Some("newcomer"), false, 200), None);
    assert_eq!(queue.push(Some("another"), false, 201), None);
    assert_eq!(queue.push(Some("third"), false, 202), Some(202));
    assert_eq!(queue.push(Some("third"), true, 101), Some(5));
}

#[test]
fn a_known_device_finds_a_place_among_those_of_its_own_flooding_network() {
    let mut queue = Queue::new(4);
    for item in [1, 2, 3] {
        assert_eq!(queue.push(Some("office"), false, item), None);
    }
    assert_eq!(queue.push(Some("office"), true, 4), None);
    assert_eq!(queue.push(Some("office"), true, 5), Some(3));
    assert_eq!(queue.push(Some("office"), true, 6), Some(2));
    assert_eq!(queue.push(Some("office"), true, 7), Some(7));
    assert_eq!(drain(&mut queue), [4, 1, 5, 6]);
}

/// From 256 networks and on known devices, each with one at a time.
#[test]
fn all_networks_of_one_house_make_room_for_another() {
    let mut queue = Queue::new(16);
    for n in 0..12 {
        assert_eq!(queue.push(Some(&of_house(n)), true, n), None);
    }
    // The newest of the house, which has no less than two then.
    assert_eq!(queue.push(Some("2001:db8:cc::/64"), true, 1000), Some(11));
    assert_eq!(queue.push(Some(&of_house(99)), true, 99), Some(99));
    assert_eq!(queue.push(Some("192.0.2.1"), true, 1001), Some(10));
}

/// It is not what waits at this moment that counts, but what was served lately.
#[test]
fn who_was_served_most_is_turned_away() {
    let mut queue = Queue::new(4);
    for n in 0..300 {
        assert_eq!(queue.push(Some(&of_house(n)), true, n), None);
        assert_eq!(queue.pop(), Some(n));
    }
    let singles = ["192.0.2.1", "198.51.100.1", "203.0.113.1"];
    for (n, from) in singles.iter().enumerate() {
        assert_eq!(queue.push(Some(from), true, 1000 + u32::try_from(n).unwrap()), None);
    }
    assert_eq!(queue.push(Some(&of_house(1)), true, 1), Some(1));
    queue.pop();
    assert_eq!(queue.push(Some(&of_house(1)), true, 1), None);
    assert_eq!(queue.push(Some("2001:db8:cc::/64"), true, 2000), Some(1));
}

#[test]
fn within_a_house_its_neighbours_are_fair_to_each_other() {
    let mut queue = Queue::new(8);
    for item in 1..=6 {
        assert_eq!(queue.push(Some(&of_house(1)), false, item), None);
    }
    assert_eq!(queue.push(Some(&of_house(2)), false, 100), Some(6));
    assert_eq!(queue.pop(), Some(1));
    assert_eq!(queue.pop(), Some(100));
}

#[test]
fn what_nobody_waits_for_leaves_its_place() {
    let mut queue = Queue::new(4);
    for item in [1, 2, 3] {
        assert_eq!(queue.push(Some("a"), false, item), None);
    }
    assert!(!queue.has_room(false));
    queue.retain(|item| *item == 2);
    assert!(queue.has_room(false));
    assert_eq!(queue.push(Some("b"), false, 4), None);
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

/// Some are neighbours.
fn name(network: u8) -> Option<String> {
    match network {
        0 => Some(of_house(0)),
        1 => Some(of_house(1)),
        2 => Some("192.0.2.1".to_owned()),
        3 => Some("192.0.2.2".to_owned()),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_bound_holds_nothing_is_lost_and_nothing_waits_for_ever(
        places in 1..12usize,
        steps in prop::collection::vec(step(), 0..80),
    ) {
        let mut queue = Queue::new(places);
        // What is inside, and how many turns it may still take.
        let mut inside: BTreeMap<usize, u64> = BTreeMap::new();
        for (id, step) in steps.into_iter().enumerate() {
            match step {
                Step::Push { network, known } => {
                    let before = queue.len();
                    inside.insert(id, TURN_OF_THE_OLDEST * u64::try_from(before + 1).unwrap());
                    if let Some(evicted) = queue.push(name(network).as_deref(), known, id) {
                        prop_assert!(inside.remove(&evicted).is_some());
                        prop_assert_eq!(queue.len(), before);
                    }
                }
                Step::Pop => match queue.pop() {
                    Some(id) => {
                        prop_assert!(inside.remove(&id).is_some());
                        for turns in inside.values_mut() {
                            prop_assert!(*turns > 0);
                            *turns -= 1;
                        }
                    }
                    None => prop_assert!(inside.is_empty()),
                },
            }
            prop_assert!(queue.len() <= places);
            let waiting: BTreeSet<usize> = queue.lanes.iter().flat_map(|lane| {
                lane.known.iter().chain(&lane.unknown).map(|(_, id)| *id)
            }).collect();
            prop_assert_eq!(waiting, inside.keys().copied().collect::<BTreeSet<_>>());
            for known in [false, true] {
                let taken: usize = queue.lanes.iter().map(|lane| lane.of(known).len()).sum();
                prop_assert!(taken <= places - places / 4);
            }
        }
    }
}

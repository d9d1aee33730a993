//! How many traps are too many.

use std::{collections::VecDeque, time::Duration};

/// More than this many traps in [`WINDOW`] are a storm: replacements wait.
const MOST: usize = 5;
const WINDOW: Duration = Duration::from_secs(10);

/// How long replacements wait: doubled with each storm that follows another, up to a bound.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// The times of the latest traps, at most [`MOST`] of them.
#[derive(Debug, Default)]
pub(super) struct Traps {
    times: VecDeque<Duration>,
    pause: Option<Duration>,
}

impl Traps {
    /// Notes a trap. In a storm, tells how long replacements must wait.
    pub(super) fn note(&mut self, now: Duration) -> Option<Duration> {
        self.times.retain(|time| now.saturating_sub(*time) < WINDOW);
        if self.times.is_empty() {
            self.pause = None;
        }
        if self.times.len() < MOST {
            self.times.push_back(now);
            return None;
        }
        self.times.clear();
        // What comes within a window of this pause's end follows upon this storm.
        let pause = self.pause.map_or(SHORTEST, |last| LONGEST.min(last * 2));
        self.times.push_back(now + pause);
        self.pause = Some(pause);
        self.pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn traps_far_apart_are_no_storm() {
        let mut traps = Traps::default();
        for n in 0..100 {
            assert_eq!(traps.note(at(3 * n)), None);
        }
    }

    #[test]
    fn the_sixth_in_ten_seconds_is() {
        let mut traps = Traps::default();
        for n in 0..5 {
            assert_eq!(traps.note(at(n)), None);
        }
        assert_eq!(traps.note(at(9)), Some(SHORTEST));
    }

    #[test]
    fn a_storm_after_a_storm_waits_longer_up_to_a_bound() {
        let mut traps = Traps::default();
        let mut now = at(0);
        let mut pauses = vec![];
        while pauses.len() < 7 {
            if let Some(pause) = traps.note(now) {
                pauses.push(pause.as_secs());
                now += pause;
            }
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!((0..6).filter_map(|_| traps.note(now + at(60))).collect::<Vec<_>>(), [SHORTEST]);
    }
}

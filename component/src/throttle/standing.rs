//! Whether there is a place for another attempt, by what is known of its counters.

use super::{
    counter::CounterKind,
    throttled::{SHORTLY, Throttled},
};
use crate::{
    events::Event,
    platform::Metric,
    settings::Settings,
    time::{SKEW, Span, Time},
};

/// How far back failures count, for locks and limits.
pub const WINDOW: Span = Span::minutes(15);

/// How far back attempts count for a suspicion. No other window is longer.
pub const SUSPICION_WINDOW: Span = Span::hours(1);

/// How long an attempt that nobody decides keeps its place. A hash takes no longer, the wait for it included: whoever asked has had
/// an answer after 15 seconds.
pub const UNDECIDED: Span = Span::minutes(1);

/// The longest lock. After as long without a lock, the next one counts as the first.
pub const LONGEST: Span = Span::hours(24);

/// The most consecutive locks that are counted. By then each lock is of the longest length.
const TIMES: i64 = 16;

/// A lock to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Whose counter: `account`, `device` or `reauthentication`.
    pub counter: CounterKind,
    /// Until when.
    pub until: Time,
    /// Which one in a row, from 1.
    pub times: i64,
}

impl Locked {
    /// What its event says.
    #[must_use]
    pub fn event(&self, event: Event) -> Event {
        event
            .with("counter", self.counter.name())
            .with("until", self.until.as_millis())
            .with("times", self.times)
            .counting(Metric::Lockouts, self.counter.name())
    }
}

/// How a counter that locks stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// Failures within the window.
    pub recent: i64,
    /// Failures since the last success.
    pub consecutive: i64,
    /// Attempts that have a place and are not decided yet.
    pub undecided: i64,
    /// Until when it is locked, or was.
    pub locked_until: Time,
    /// Which lock in a row that is.
    pub times: i64,
}

/// How much a counter that locks bears.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Failures within the window that set a lock.
    pub failures: i64,
    /// Failures without a success past which nothing is let in any more.
    pub cumulative: i64,
    /// How long the first lock is.
    pub lock: Span,
}

impl Bounds {
    /// Those that are configured.
    pub fn of(settings: &Settings) -> Self {
        Self {
            failures: settings.lockout_failures.into(),
            cumulative: settings.lockout_cumulative_failures.into(),
            lock: settings.lockout,
        }
    }
}

impl Standing {
    /// Whether there is a place for another attempt.
    pub fn admit(&self, bounds: &Bounds, now: Time) -> Result<(), Throttled> {
        if self.consecutive >= bounds.cumulative {
            // This lock has no end; an operator or administrator must lift it.
            return Err(Throttled::Locked(LONGEST));
        }
        if self.is_locked(now) {
            return Err(Throttled::Locked(self.locked_until.since(now)));
        }
        let places = (bounds.failures - self.recent).max(1).min(bounds.cumulative - self.consecutive);
        if self.undecided < places { Ok(()) } else { Err(Throttled::Undecided) }
    }

    fn is_locked(&self, now: Time) -> bool {
        now < self.locked_until && self.locked_until <= now + LONGEST + SKEW
    }

    /// Whether its last lock has not been over for a day.
    pub fn was_locked_lately(&self, now: Time) -> bool {
        self.times > 0 && now - LONGEST < self.locked_until && self.locked_until <= now + LONGEST + SKEW
    }

    /// The lock that comes next: twice as long as the last one, where that was lately.
    pub fn next_lock(&self, counter: CounterKind, bounds: &Bounds, now: Time) -> Locked {
        let before = if self.was_locked_lately(now) { self.times.clamp(0, TIMES) } else { 0 };
        let doubled = bounds.lock.0.saturating_mul(1 << before).min(LONGEST.0);
        Locked { counter, until: now + Span(doubled), times: (before + 1).min(TIMES) }
    }
}

/// How a counter that is limited stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// What counts within the window.
    pub recent: i64,
    /// Attempts that have a place and are not decided yet.
    pub undecided: i64,
}

/// What counted from when to when.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    /// When the last came.
    pub until: Time,
    /// How many came.
    pub count: i64,
}

/// How long it takes until there are fewer than `most` again, of tallies in the order of time.
pub fn until_below(most: i64, tallies: &[Tally], now: Time) -> Span {
    let mut left: i64 = tallies.iter().map(|tally| tally.count).sum();
    for tally in tallies {
        left -= tally.count;
        if left < most {
            return (tally.until + WINDOW).since(now).max(SHORTLY);
        }
    }
    SHORTLY
}

#[cfg(test)]
mod tests {
    use super::{super::counter::Lock, *};

    const ACCOUNT: CounterKind = CounterKind::Lock(Lock::Account);

    const NOW: Time = Time(1_800_000_000_000);
    const BOUNDS: Bounds = Bounds { failures: 5, cumulative: 100, lock: Span::minutes(15) };

    fn standing() -> Standing {
        Standing::default()
    }

    #[test]
    fn places_are_what_is_left_of_five() {
        let admits = |recent, undecided| Standing { recent, undecided, ..standing() }.admit(&BOUNDS, NOW);
        assert!(admits(0, 4).is_ok() && admits(3, 1).is_ok());
        assert!(matches!(admits(0, 5), Err(Throttled::Undecided)));
        assert!(matches!(admits(3, 2), Err(Throttled::Undecided)));
        // A lock shorter than the window is over: one at a time, and the next lock is longer.
        assert!(admits(5, 0).is_ok());
        assert!(matches!(admits(5, 1), Err(Throttled::Undecided)));
    }

    #[test]
    fn undecided_attempts_count_towards_the_last_places_of_all() {
        let admits =
            |consecutive, undecided| Standing { consecutive, undecided, ..standing() }.admit(&BOUNDS, NOW);
        assert!(admits(98, 1).is_ok());
        assert!(matches!(admits(98, 2), Err(Throttled::Undecided)));
        assert!(matches!(admits(100, 0), Err(Throttled::Locked(LONGEST))));
    }

    #[test]
    fn a_lock_has_two_ends() {
        let locked = |until: Time| Standing { locked_until: until, times: 1, ..standing() };
        assert!(locked(NOW + Span(1)).admit(&BOUNDS, NOW).is_err());
        assert!(locked(NOW + LONGEST).admit(&BOUNDS, NOW).is_err());
        assert!(locked(NOW).admit(&BOUNDS, NOW).is_ok());
        // By a clock that has been put back since.
        let mistaken = locked(NOW + Span::days(365));
        assert!(mistaken.admit(&BOUNDS, NOW).is_ok() && !mistaken.was_locked_lately(NOW));
        assert!(locked(NOW - Span::hours(23)).was_locked_lately(NOW));
        assert!(!locked(NOW - Span::hours(24)).was_locked_lately(NOW));
        assert!(!standing().was_locked_lately(Time(0)));
    }

    #[test]
    fn each_lock_in_a_row_is_twice_as_long_up_to_a_day() {
        let mut last = standing();
        for minutes in [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440] {
            let lock = last.next_lock(ACCOUNT, &BOUNDS, NOW);
            assert_eq!(lock.until.since(NOW), Span::minutes(minutes));
            last = Standing { locked_until: NOW, times: lock.times, ..standing() };
        }
        let forgotten = Standing { locked_until: NOW - Span::hours(25), ..last };
        assert_eq!(forgotten.next_lock(ACCOUNT, &BOUNDS, NOW).times, 1);
    }

    #[test]
    fn a_limit_ends_when_enough_of_it_is_old() {
        let at = |minutes, count| Tally { until: NOW - Span::minutes(minutes), count };
        assert_eq!(until_below(3, &[at(10, 1), at(5, 1), at(1, 1)], NOW), Span::minutes(5));
        assert_eq!(until_below(3, &[at(10, 1), at(5, 4)], NOW), Span::minutes(10));
        assert_eq!(until_below(3, &[at(1, 2)], NOW), Span::minutes(14));
        assert_eq!(until_below(3, &[], NOW), SHORTLY);
    }
}

//! When the next key is due. Pure, so that years can pass in a test.

use super::PUBLISHED_AHEAD;
use crate::time::{SKEW, Span, Time};

/// How long before the current key's time is over its successor is made. Housekeeping may be late by this
/// much, less [`PUBLISHED_AHEAD`], and the rotation is still on time.
const MADE_AHEAD: Span = Span::hours(12);

/// Whether a key that signs from then is the next one at this moment: its time is to come, and no clock that was right has
/// made it for later.
pub fn is_pending(signs_from: Time, now: Time) -> bool {
    signs_from > now && signs_from <= now + MADE_AHEAD + SKEW
}

/// When a key to be made now would sign its first token, if one is due. `all` is when the keys do that are not revoked. Those
/// of a clock that was ahead don't count.
pub fn due(all: impl IntoIterator<Item = Time>, now: Time, period: Span) -> Option<Time> {
    let believed = all.into_iter().filter(|signs_from| *signs_from <= now || is_pending(*signs_from, now));
    let Some(newest) = believed.max() else { return Some(now) };
    let over = newest + period;
    (now >= over - MADE_AHEAD).then(|| over.max(now + PUBLISHED_AHEAD))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Span = Span::days(30);
    const T: Time = Time(1_800_000_000_000);

    #[test]
    fn the_first_key_signs_at_once() {
        assert_eq!(due([], T, PERIOD), Some(T));
    }

    #[test]
    fn a_successor_takes_over_when_its_predecessor_ends() {
        assert_eq!(due([T], T, PERIOD), None);
        assert_eq!(due([T], T + Span::days(29), PERIOD), None);
        assert_eq!(due([T], T + Span::days(30) - Span::hours(11), PERIOD), Some(T + PERIOD));
    }

    #[test]
    fn a_late_rotation_is_still_published_ahead() {
        let now = T + Span::days(45);
        assert_eq!(due([T], now, PERIOD), Some(now + PUBLISHED_AHEAD));
    }

    #[test]
    fn one_that_a_clock_made_which_was_ahead_is_none() {
        let far = T + Span::days(365);
        assert_eq!(due([far], T, PERIOD), Some(T));
        assert_eq!(due([T - Span::days(1), far], T, PERIOD), None);
        assert!(is_pending(T + Span::hours(12), T) && !is_pending(far, T) && !is_pending(T, T));
    }

    #[test]
    fn one_that_is_published_is_enough() {
        let now = T + Span::days(30) - Span::minutes(5);
        assert_eq!(due([T + PERIOD], now, PERIOD), None);
    }
}

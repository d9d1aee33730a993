//! When the next key is due. Pure, so that years can pass in a test.

use super::PUBLISHED_AHEAD;
use crate::time::{Span, Time};

/// How long before the current key's time is over its successor is made. Housekeeping may be late by this
/// much, less [`PUBLISHED_AHEAD`], and the rotation is still on time.
const MADE_AHEAD: Span = Span::hours(12);

/// When a key to be made now would sign its first token, if one is due. `newest` is when the youngest key that
/// is not revoked does.
pub fn due(newest: Option<Time>, now: Time, period: Span) -> Option<Time> {
    let Some(newest) = newest else { return Some(now) };
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
        assert_eq!(due(None, T, PERIOD), Some(T));
    }

    #[test]
    fn a_successor_takes_over_when_its_predecessor_ends() {
        assert_eq!(due(Some(T), T, PERIOD), None);
        assert_eq!(due(Some(T), T + Span::days(29), PERIOD), None);
        assert_eq!(due(Some(T), T + Span::days(30) - Span::hours(11), PERIOD), Some(T + PERIOD));
    }

    #[test]
    fn a_late_rotation_is_still_published_ahead() {
        let now = T + Span::days(45);
        assert_eq!(due(Some(T), now, PERIOD), Some(now + PUBLISHED_AHEAD));
    }

    #[test]
    fn one_that_is_published_is_enough() {
        let now = T + Span::days(30) - Span::minutes(5);
        assert_eq!(due(Some(T + PERIOD), now, PERIOD), None);
    }
}

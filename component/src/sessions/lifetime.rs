//! How long a session lives. Pure, so that months can pass in a test.

use crate::time::{Span, Time};

/// How long a session lives after it was opened or last slid forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime(Span);

/// A session slides forward at most once in this time, so that using it is not a write each time.
const SLIDES_EVERY: Span = Span::days(1);

impl Lifetime {
    /// 7 days, or 30 for one that shall be remembered.
    #[must_use]
    pub const fn new(remember_me: bool) -> Self {
        Self(Span::days(if remember_me { 30 } else { 7 }))
    }

    /// When a session that is opened or slides now ends if it isn't used.
    #[must_use]
    pub fn expiry(self, now: Time, absolute: Time) -> Time {
        (now + self.0).min(absolute)
    }

    /// The latest expiry of any session that was opened by now, or slid: a day more, for clocks that are set.
    #[must_use]
    pub fn latest(self, now: Time) -> Time {
        now + self.0 + SLIDES_EVERY
    }

    /// The new expiry of a session that is used now, if it is time to move it.
    #[must_use]
    pub fn slide(self, now: Time, expires_at: Time, absolute: Time) -> Option<Time> {
        let due = self.slides_at(expires_at, absolute)?;
        (now >= due).then(|| self.expiry(now, absolute)).filter(|next| *next > expires_at)
    }

    /// When the session's end is to be moved next; none where it no longer can be.
    #[must_use]
    pub fn slides_at(self, expires_at: Time, absolute: Time) -> Option<Time> {
        (expires_at < absolute).then(|| expires_at - self.0 + SLIDES_EVERY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T: Time = Time(1_800_000_000_000);

    #[test]
    fn seven_or_thirty_days() {
        let far = T + Span::days(90);
        assert_eq!(Lifetime::new(false).expiry(T, far), T + Span::days(7));
        assert_eq!(Lifetime::new(true).expiry(T, far), T + Span::days(30));
        assert_eq!(Lifetime::new(true).expiry(T, T + Span::days(3)), T + Span::days(3));
    }

    #[test]
    fn slides_once_a_day_and_never_past_the_absolute_limit() {
        let (week, far) = (Lifetime::new(false), T + Span::days(90));
        let expires = week.expiry(T, far);
        assert_eq!(week.slide(T + Span::hours(23), expires, far), None);
        assert_eq!(week.slide(T + Span::hours(25), expires, far), Some(T + Span::hours(25) + Span::days(7)));
        assert_eq!(week.slide(far - Span::days(3), far - Span::days(1), far), Some(far));
        assert_eq!(week.slide(far - Span::days(1), far, far), None);
    }

    proptest! {
        #[test]
        fn sliding_only_ever_lengthens(
            remember: bool, age in 0i64..100 * 86_400_000, left in 0i64..40 * 86_400_000, absolute in 0i64..100 * 86_400_000,
        ) {
            let now = T + Span(age);
            let (expires, absolute) = (now + Span(left), T + Span(absolute));
            if let Some(next) = Lifetime::new(remember).slide(now, expires, absolute) {
                prop_assert!(next > expires && next <= absolute);
            }
        }
    }
}

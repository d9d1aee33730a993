//! Instants and durations, in the unit that everything here is stored and compared in.

use jiff::Timestamp;
use std::{
    fmt,
    ops::{Add, RangeInclusive},
};

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub i64);

/// How far the clocks of two processes may differ, and so how far ahead of now a time may be that was noted before. Further
/// ahead, it was noted by a clock that has been put back since.
pub const SKEW: Span = Span::minutes(1);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub i64);

impl Span {
    /// This many seconds.
    #[must_use]
    pub const fn seconds(n: i64) -> Self {
        Self(n.saturating_mul(1000))
    }

    /// This many minutes.
    #[must_use]
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n.saturating_mul(60))
    }

    /// This many hours.
    #[must_use]
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n.saturating_mul(60))
    }

    /// This many days.
    #[must_use]
    pub const fn days(n: i64) -> Self {
        Self::hours(n.saturating_mul(24))
    }

    /// Four fifths of it.
    #[must_use]
    pub const fn four_fifths(self) -> Self {
        Self(self.0 / 5 * 4)
    }

    /// In whole seconds.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// In whole seconds, at least one, after which it is over: who comes back then is not refused again.
    #[must_use]
    pub fn retry_after(self) -> u64 {
        u64::try_from(self.0.saturating_add(999).div_euclid(1000)).unwrap_or(0).max(1)
    }
}

impl Time {
    /// Whole seconds since the Unix epoch, rounded down: a `NumericDate` (RFC 7519 §2).
    #[must_use]
    pub fn as_seconds(self) -> u64 {
        u64::try_from(self.0.div_euclid(1000)).unwrap_or(0)
    }

    /// From milliseconds since the Unix epoch, as the WIT has them.
    #[must_use]
    pub fn from_millis(milliseconds: u64) -> Self {
        Self(i64::try_from(milliseconds).unwrap_or(i64::MAX))
    }

    /// Milliseconds since the Unix epoch, as the WIT has them.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }

    /// When the hour that it is in began.
    #[must_use]
    pub const fn hour(self) -> Self {
        let hour = Span::hours(1).0;
        Self(self.0.div_euclid(hour).saturating_mul(hour))
    }

    /// As RFC 3339 has it, with any offset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(text.parse::<Timestamp>().ok()?.as_millisecond()))
    }

    /// Whether this is within the span before `now`, and no further ahead of it than clocks may differ.
    #[must_use]
    pub fn is_within(self, span: Span, now: Self) -> bool {
        (now - span..=now + SKEW).contains(&self)
    }

    /// How long after `earlier` this is.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Span> for Time {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl std::ops::Sub<Span> for Time {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// The first and the last time that RFC 3339 can write here, which has four digits for a year. An import may bring others, such as
/// microseconds.
const WRITABLE: RangeInclusive<i64> = -62_167_219_200_000..=253_402_207_199_999;

impl Time {
    /// RFC 3339 in UTC with milliseconds: `2026-01-31T08:00:00.000Z`. A time that it can't write is the nearest that it can: an answer
    /// is written when what it tells of has been committed.
    #[must_use]
    pub fn rfc3339(self) -> impl fmt::Display {
        let nearest = self.0.clamp(*WRITABLE.start(), *WRITABLE.end());
        let at = Timestamp::from_millisecond(nearest).unwrap_or_default();
        fmt::from_fn(move |f| write!(f, "{at:.3}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_in_rfc_3339_with_exactly_three_digits() {
        assert_eq!(Time(0).rfc3339().to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Time(1_769_846_400_120).rfc3339().to_string(), "2026-01-31T08:00:00.120Z");
    }

    #[test]
    fn what_can_not_be_written_is_the_nearest_that_can() {
        for (at, written) in [
            (i64::MAX, "9999-12-30T21:59:59.999Z"),
            (1_769_846_400_120_000, "9999-12-30T21:59:59.999Z"),
            (i64::MIN, "0000-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(Time(at).rfc3339().to_string(), written);
        }
    }
}

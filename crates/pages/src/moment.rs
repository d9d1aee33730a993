//! A moment, in words.

use crate::Frame;
use jiff::{Timestamp, civil::DateTime, tz::Offset};
use maud::{Markup, html};

/// A moment, in milliseconds since the Unix epoch. Shown in UTC: no page knows where its reader is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl Moment {
    /// None for what no calendar has.
    pub(crate) fn civil(self) -> DateTime {
        let at = Timestamp::from_millisecond(self.0).unwrap_or_default();
        Offset::UTC.to_datetime(at)
    }

    /// How long ago, or when, seen from `now`.
    pub(crate) fn ago(self, frame: &Frame<'_>, now: Self) -> Markup {
        self.marked(&(frame.words().moment.ago)(
            self.civil(),
            now.civil(),
            now.0.saturating_sub(self.0) / 60_000,
        ))
    }

    /// The day.
    pub(crate) fn day(self, frame: &Frame<'_>, now: Self) -> Markup {
        self.marked(&(frame.words().moment.day)(self.civil(), now.civil()))
    }

    /// The same, above what happened on it.
    pub(crate) fn heading(self, frame: &Frame<'_>, now: Self) -> Markup {
        self.marked(&(frame.words().moment.heading)(self.civil(), now.civil()))
    }

    /// The time of the day.
    pub(crate) fn time(self) -> Markup {
        let civil = self.civil();
        self.marked(&format!("{:02}:{:02}", civil.hour(), civil.minute()))
    }

    fn marked(self, words: &str) -> Markup {
        let civil = self.civil();
        let machine = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}Z",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute()
        );
        html! { time datetime=(machine) { (words) } }
    }
}

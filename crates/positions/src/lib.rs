//! Positions in the order of commits: what an answer covers, and whether it still holds.
//!
//! The table `invalidations` has one row for whatever changed, in the order of commits, and one for each start of a serving process
//! (`start:<nonce>`); the table `starts` has the position of each start. A [`Position`] is the newest row and the newest start at or
//! before it. So a position from after the backup is recognised once it was restored: another start precedes that row, or none.

mod question;

pub use question::{Found, Question};

use std::{fmt, str::FromStr};

/// What a row about a start begins with.
const START: &str = "start:";

/// A place in the order of commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// Which start of a serving process came last before it; 0 for none.
    pub start: u64,
    /// The newest row.
    pub id: u64,
}

/// Whether something that was true at a position still is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It is, as far as this position.
    Current(Position),
    /// Something changed that it speaks of.
    Touched,
    /// Nobody here can tell. The database decides.
    Unknown,
}

/// The start that a row is about; none where the row is about something else.
#[must_use]
pub fn start_in(subject: &str) -> Option<u64> {
    subject.strip_prefix(START).map(start)
}

/// The start that has a nonce, as the view `lineages` tells it: on PostgreSQL `@` and the timeline follow, in hexadecimal digits. A standby
/// that was promoted has another timeline, and may lack what was committed last: positions from before are then of another start. What
/// somebody typed by hand is a start too, and none of ours.
#[must_use]
pub fn start(nonce: &str) -> u64 {
    let digits = nonce.split_once('@').map_or(nonce, |(digits, _)| digits);
    on_timeline(number(digits), timeline(nonce))
}

/// The timeline in what the view `lineages` tells; 0 where there is none.
#[must_use]
pub fn timeline(nonce: &str) -> u64 {
    nonce.split_once('@').map_or(0, |(_, digits)| number(digits))
}

/// The leading 64 bits of hexadecimal digits.
fn number(digits: &str) -> u64 {
    u64::from_str_radix(digits.get(..16).unwrap_or(digits), 16).unwrap_or(u64::MAX)
}

/// A start, as it is told on a timeline.
#[must_use]
pub const fn on_timeline(start: u64, timeline: u64) -> u64 {
    start ^ timeline
}

/// The nonce of a start, as the database has it.
#[must_use]
pub fn nonce(start: u64) -> String {
    format!("{start:016x}")
}

/// `<id>.<start>`, the start in hexadecimal.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:x}", self.id, self.start)
    }
}

/// It is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl FromStr for Position {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (id, start) = text.split_once('.').ok_or(Malformed)?;
        let id = id.parse().map_err(|_| Malformed)?;
        Ok(Self { start: u64::from_str_radix(start, 16).map_err(|_| Malformed)?, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for position in
            [Position::default(), Position { start: 1, id: 2 }, Position { start: u64::MAX, id: u64::MAX }]
        {
            assert_eq!(position.to_string().parse(), Ok(position));
        }
        for text in ["", ".", "1", "1.", ".1", "-1.1", "1.g", "1.1.1", "18446744073709551616.0"] {
            assert_eq!(text.parse::<Position>(), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn starts_are_told_apart() {
        assert_eq!(start(&nonce(7)), 7);
        assert_eq!(start_in("start:00000000000000ff0000000000000000"), Some(255));
        assert_eq!(start_in("start:by hand"), Some(u64::MAX));
        assert_eq!(start("00000000000000f0@0000000f"), 255);
        assert_ne!(start("0@00000001"), start("0@00000002"));
        assert_eq!(start_in("s:0190"), None);
    }
}

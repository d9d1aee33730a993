//! Asking the database itself, where nobody keeps a view of it in memory.

use crate::{Freshness, Position, start};
use std::fmt::Write as _;

/// How many rows after a position are looked at. A position so old that more follow it is unknown.
const MOST: u64 = 10_000;

/// One SQL query that answers whether any of some subjects changed after a position.
pub struct Question {
    as_of: Position,
    subjects: usize,
}

/// What the query selects of the one row that it answers.
pub struct Found {
    /// The newest id that was ever given.
    pub last: Option<u64>,
    /// How many rows there are after the position, at most [`MOST`] and one.
    pub rows: u64,
    /// Whether one of the subjects has a row after the position.
    pub is_touched: bool,
    /// The newest start, as the view `lineages` tells it.
    pub newest_start: Option<String>,
}

impl Found {
    /// From the row's numbers, in the order of the query, and its text. None if a number is missing that is always there.
    #[must_use]
    pub fn read([last, rows, touched]: [Option<i64>; 3], newest_start: Option<String>) -> Option<Self> {
        Some(Self {
            last: last.and_then(|last| u64::try_from(last).ok()),
            rows: u64::try_from(rows?).ok()?,
            is_touched: touched? != 0,
            newest_start,
        })
    }
}

impl Question {
    /// About so many subjects.
    #[must_use]
    pub const fn new(subjects: usize, as_of: Position) -> Self {
        Self { as_of, subjects }
    }

    /// The query. Its parameters are the position's id and then the subjects.
    #[must_use]
    pub fn sql(&self) -> String {
        let mut places = String::new();
        for place in 0..self.subjects {
            let comma = if place == 0 { "" } else { ", " };
            // Writing to a string never fails.
            let _ = write!(places, "{comma}?{}", place + 2);
        }
        format!(
            "SELECT (SELECT last FROM positions),
                (SELECT count(*) FROM (SELECT 1 FROM invalidations WHERE id > ?1 LIMIT {MOST} + 1) AS newer),
                (SELECT count(*) FROM (SELECT 1 FROM invalidations WHERE subject IN ({places}) AND id > ?1 LIMIT 1) AS touched),
                (SELECT nonce FROM lineages ORDER BY position DESC LIMIT 1)"
        )
    }

    /// What the answer means.
    #[must_use]
    pub fn answer(&self, found: &Found) -> Freshness {
        let newest_start = found.newest_start.as_deref().map_or(0, start);
        let last = found.last.unwrap_or(0);
        // Ids have no gaps: where rows are missing, somebody removed them, and nobody knows what they said.
        let is_whole = last.checked_sub(self.as_of.id) == Some(found.rows) && found.rows <= MOST;
        // What was true before the newest start may be of a history that a restored backup has undone.
        if !is_whole || newest_start != self.as_of.start {
            Freshness::Unknown
        } else if found.is_touched {
            Freshness::Touched
        } else {
            Freshness::Current(Position { start: newest_start, id: last })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(as_of: Position, last: u64, rows: u64, is_touched: bool) -> Freshness {
        let newest_start = Some("0000000000000002".into());
        Question::new(1, as_of).answer(&Found { last: Some(last), rows, is_touched, newest_start })
    }

    #[test]
    fn what_cannot_be_told_is_unknown() {
        let known = Position { start: 2, id: 5 };
        assert_eq!(answer(known, 9, 4, false), Freshness::Current(Position { start: 2, id: 9 }));
        assert_eq!(answer(known, 9, 4, true), Freshness::Touched);
        assert_eq!(answer(known, 5, 0, false), Freshness::Current(known));
        // Rows after it were removed, it is ahead, too old, or of another start.
        assert_eq!(answer(known, 9, 3, false), Freshness::Unknown);
        assert_eq!(answer(known, 4, 0, false), Freshness::Unknown);
        assert_eq!(answer(known, 20_000, 10_001, false), Freshness::Unknown);
        assert_eq!(answer(Position { start: 1, id: 5 }, 9, 4, false), Freshness::Unknown);
        assert_eq!(answer(Position { start: 1, id: 5 }, 9, 4, true), Freshness::Unknown);
    }

    #[test]
    fn an_empty_table_is_whole() {
        let found = Found { last: None, rows: 0, is_touched: false, newest_start: None };
        let nothing = Position::default();
        assert_eq!(Question::new(1, nothing).answer(&found), Freshness::Current(nothing));
    }
}

//! What changed lately, in memory: pure, and told of every row of the table in the order of their ids.

use super::{Freshness, Position};
use foldhash::fast::RandomState;
use mana_auth_positions::{on_timeline, start, start_in};
use std::{
    collections::{BTreeMap, HashMap},
    hash::BuildHasher as _,
};

/// The newest change to each subject that changed lately, as far as `last`. Nothing at or before `floor` is known.
pub struct View {
    last: u64,
    floor: u64,
    /// Of the row `last`, by which another database in its place is noticed.
    anchor: Option<u64>,
    /// Subjects by their hash. Two that share one are taken for each other, which costs a query and nothing else.
    touched: HashMap<u64, u64, RandomState>,
    /// The same, by the row.
    order: BTreeMap<u64, u64>,
    /// The newest start. What was remembered before it is unknown: whether a backup was restored in between, and which, only
    /// the database can tell.
    start: u64,
    /// The timeline of the database, where it has several.
    timeline: u64,
    /// Whether another database stands in its place, and no start of a process since tells their positions apart.
    replaced: bool,
    capacity: usize,
    hasher: RandomState,
}

/// A row of the table.
pub struct Row {
    /// Its id.
    pub id: u64,
    /// Whom it is about.
    pub subject: String,
}

impl View {
    /// Of an empty table. It remembers so many subjects.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            last: 0,
            floor: 0,
            anchor: None,
            touched: HashMap::default(),
            order: BTreeMap::new(),
            start: 0,
            timeline: 0,
            replaced: false,
            capacity,
            hasher: RandomState::default(),
        }
    }

    /// The newest row that it was told of, or 0.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// How many subjects it remembers.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Forgets everything: of another database, or of more rows than it remembers, only what comes now is known.
    /// `newest_start` is the nonce of the newest start at or before `from`.
    pub fn begin_at(&mut self, from: u64, newest_start: Option<&str>) {
        let Self { capacity, replaced, timeline, .. } = *self;
        let start = newest_start.map_or(0, start);
        *self = Self { last: from, floor: from, start, timeline, replaced, ..Self::new(capacity) };
    }

    /// Whether the positions that it knows are of this timeline.
    #[must_use]
    pub const fn is_on(&self, timeline: u64) -> bool {
        self.timeline == timeline
    }

    /// Forgets everything before `given`, the newest position of a timeline. `newest_start` is told with it.
    pub fn begin_on(&mut self, timeline: u64, given: u64, newest_start: &str) {
        self.begin_at(given, Some(newest_start));
        self.timeline = timeline;
    }

    /// Tells it of the rows from `last` on, in order; that of `last` itself is first, where it is still there.
    /// `given` is the newest id that was ever given. False: it is another database's, and nothing was learned.
    #[must_use]
    pub fn learn(&mut self, given: u64, rows: impl IntoIterator<Item = Row>) -> bool {
        if given < self.last {
            return false;
        }
        let mut rows = rows.into_iter().peekable();
        match rows.next_if(|row| row.id == self.last) {
            Some(row) if self.anchor.is_some_and(|anchor| anchor != self.hash(&row.subject)) => return false,
            // Somebody removed it: what it said is unknown.
            None => self.floor = self.last,
            Some(_) => {}
        }
        for row in rows {
            if row.id != self.last + 1 {
                self.floor = row.id - 1;
            }
            self.last = row.id;
            self.note(&row);
        }
        if given > self.last {
            (self.last, self.floor, self.anchor) = (given, given, None);
        }
        true
    }

    /// Another database stands in its place: nobody's position can be trusted until a process starts on it.
    pub fn distrust(&mut self) {
        self.replaced = true;
    }

    fn note(&mut self, row: &Row) {
        let hash = self.hash(&row.subject);
        self.anchor = Some(hash);
        if let Some(start) = start_in(&row.subject) {
            (self.start, self.floor, self.replaced) = (on_timeline(start, self.timeline), row.id, false);
            return;
        }
        if let Some(before) = self.touched.insert(hash, row.id) {
            self.order.remove(&before);
        }
        self.order.insert(row.id, hash);
        if self.order.len() > self.capacity
            && let Some((dropped, hash)) = self.order.pop_first()
        {
            self.touched.remove(&hash);
            self.floor = self.floor.max(dropped);
        }
    }

    /// Whether any of the subjects changed after the position.
    #[must_use]
    pub fn answer(&self, subjects: &[String], as_of: Position) -> Freshness {
        let is_known = (self.floor..=self.last).contains(&as_of.id) && !self.replaced;
        if !is_known || self.start != as_of.start {
            return Freshness::Unknown;
        }
        let is_touched =
            |subject: &String| self.touched.get(&self.hash(subject)).is_some_and(|id| *id > as_of.id);
        if subjects.iter().any(is_touched) {
            return Freshness::Touched;
        }
        Freshness::Current(Position { start: self.start, id: self.last })
    }

    fn hash(&self, subject: &str) -> u64 {
        self.hasher.hash_one(subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u64, subject: &str) -> Row {
        Row { id, subject: subject.to_owned() }
    }

    fn ask(view: &View, subject: &str, id: u64) -> Freshness {
        view.answer(&[subject.to_owned()], Position { start: 0, id })
    }

    /// Somebody signs in and out without pause, so that everything else is forgotten: what was touched is then unknown,
    /// never current.
    #[test]
    fn whoever_makes_a_million_changes_hides_none_of_anothers() {
        let mut view = View::new(1000);
        assert!(view.learn(2, [row(1, "s:quiet"), row(2, "s:ended")]));
        let mut before = "s:ended".to_owned();
        for id in 3..=1_000_000 {
            let subject = if id % 2 == 0 { format!("s:{id}") } else { "s:flood".to_owned() };
            assert!(view.learn(id, [row(id - 1, &before), row(id, &subject)]));
            before = subject;
        }
        assert_eq!(ask(&view, "s:ended", 1), Freshness::Unknown);
        assert_eq!(ask(&view, "s:quiet", 1), Freshness::Unknown);
        assert!(view.order.len() <= 1000 && view.touched.len() == view.order.len());
        // What is true now is told for as long as a thousand others are touched.
        assert_eq!(ask(&view, "s:ended", 999_500), Freshness::Current(Position { start: 0, id: 1_000_000 }));
        assert_eq!(ask(&view, "s:999998", 999_500), Freshness::Touched);
    }

    /// Touching one subject again and again takes the room of one.
    #[test]
    fn one_who_changes_often_is_one_entry() {
        let mut view = View::new(10);
        assert!(view.learn(2, [row(1, "s:quiet"), row(2, "s:busy")]));
        for id in 3..10_000 {
            assert!(view.learn(id, [row(id - 1, "s:busy"), row(id, "s:busy")]));
        }
        assert_eq!(ask(&view, "s:quiet", 1), Freshness::Current(Position { start: 0, id: 9999 }));
        assert_eq!(ask(&view, "s:quiet", 0), Freshness::Touched);
        assert_eq!(ask(&view, "s:busy", 9998), Freshness::Touched);
    }

    /// What was true before the newest start may be of a history that a restored backup has undone.
    #[test]
    fn a_start_makes_everything_before_it_unknown() {
        let mut view = View::new(10);
        assert!(view.learn(2, [row(1, "start:0000000000000001"), row(2, "s:1")]));
        let at = |view: &View, start, id| view.answer(&["s:2".to_owned()], Position { start, id });
        assert_eq!(at(&view, 1, 2), Freshness::Current(Position { start: 1, id: 2 }));
        assert!(view.learn(3, [row(2, "s:1"), row(3, "start:0000000000000002")]));
        assert_eq!(at(&view, 1, 2), Freshness::Unknown);
        assert_eq!(at(&view, 2, 2), Freshness::Unknown);
        assert_eq!(at(&view, 1, 3), Freshness::Unknown);
        assert_eq!(at(&view, 2, 3), Freshness::Current(Position { start: 2, id: 3 }));
    }
}

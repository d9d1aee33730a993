//! Whether what was remembered still holds: never a wrong yes, whoever writes, deletes or restores.

use crate::support::{Still, change_of, text};
use futures::FutureExt as _;
use mana_auth::{
    invalidations::{Freshness, Invalidations as _, Position, QueriedInvalidations},
    storage::{Sqlite, SqliteOptions, Storage},
};
use proptest::prelude::*;
use rusqlite::Connection;
use std::sync::Arc;
use tempfile::TempDir;

const SCHEMA: &str = include_str!("../../../component/migrations/0001/sqlite.sql");
const START: &str = "INSERT INTO starts (nonce) VALUES (lower(hex(randomblob(8))))";

/// A database, seen by two processes.
struct Site {
    processes: [Arc<Sqlite>; 2],
    by_hand: Connection,
    // Dropped last.
    _folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("auth.db");
        let open = || Arc::new(Sqlite::open(SqliteOptions::new(&path), Arc::new(Still)).unwrap());
        let processes = [open(), open()];
        let by_hand = Connection::open(&path).unwrap();
        by_hand.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        // What was lost in a power cut is no subject here.
        by_hand.pragma_update(None, "synchronous", "OFF").unwrap();
        by_hand.execute_batch(SCHEMA).unwrap();
        Self { processes, by_hand, _folder: folder }
    }

    fn hand(&self, sql: &str) {
        self.by_hand.execute_batch(sql).unwrap();
    }

    fn touch(&self, subject: &str) {
        self.by_hand.execute("INSERT INTO invalidations (subject) VALUES (?1)", [subject]).unwrap();
    }

    /// Where a reader of this moment is.
    fn position(&self) -> Position {
        let read =
            |sql: &str| self.by_hand.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).unwrap();
        let id = read("SELECT CAST(last AS TEXT) FROM positions");
        let start = read("SELECT (SELECT nonce FROM starts ORDER BY position DESC LIMIT 1)");
        let start = start.map_or(0, |nonce| u64::from_str_radix(&nonce, 16).unwrap());
        Position { start, id: id.map_or(0, |id| id.parse().unwrap()) }
    }

    /// Of two processes with a view of their own, and of one that asks the database each time.
    fn ask(&self, process: usize, subject: &str, as_of: Position) -> Freshness {
        let subjects = [subject.to_owned()];
        match self.processes.get(process) {
            Some(process) => process.invalidations().peek(&subjects, as_of).expect("an answer at once"),
            None => {
                let asked = QueriedInvalidations(self.processes[0].clone());
                asked.check(&subjects, as_of).now_or_never().expect("an answer without waiting")
            }
        }
    }

    fn asks_unknown(&self, processes: std::ops::Range<usize>, subject: &str, as_of: Position) {
        for process in processes {
            assert_eq!(self.ask(process, subject, as_of), Freshness::Unknown);
        }
    }
}

#[test]
fn a_change_counts_wherever_it_was_made() {
    let site = Site::new();
    site.hand(START);
    let before = site.position();
    for process in 0..3 {
        assert_eq!(site.ask(process, "s:1", before), Freshness::Current(before));
    }
    site.touch("s:1");
    let after = site.position();
    for process in 0..3 {
        assert_eq!(site.ask(process, "s:1", before), Freshness::Touched);
        assert_eq!(site.ask(process, "s:2", before), Freshness::Current(after));
        assert_eq!(site.ask(process, "s:1", after), Freshness::Current(after));
    }
}

#[tokio::test]
async fn a_change_counts_before_its_commit_is_answered() {
    let site = Site::new();
    let insert = "INSERT INTO invalidations (subject) VALUES (?1)";
    for n in 0..100 {
        let before = site.position();
        let subject = format!("s:{}", n % 7);
        site.processes[n % 2].transact(vec![change_of(insert, [text(&subject)])]).await.unwrap();
        assert_eq!(site.ask(n % 2, &subject, before), Freshness::Touched, "{n}");
        assert_eq!(site.ask((n + 1) % 2, &subject, before), Freshness::Touched, "{n}");
    }
}

#[test]
fn what_was_rolled_back_has_not_happened() {
    let site = Site::new();
    site.touch("s:0");
    let before = site.position();
    site.hand("BEGIN; INSERT INTO invalidations (subject) VALUES ('s:1'); ROLLBACK");
    assert_eq!(site.ask(0, "s:1", before), Freshness::Current(before));
    site.touch("s:2");
    assert_eq!(site.ask(0, "s:1", before), Freshness::Current(site.position()));
}

#[test]
fn what_was_removed_is_unknown_and_what_comes_after_is_known() {
    let site = Site::new();
    for n in 0..10 {
        site.touch(&format!("s:{n}"));
    }
    let early = Position { start: 0, id: 3 };
    assert_eq!(site.ask(0, "s:9", early), Freshness::Touched);
    // The first process knew the rows, the second looks for the first time.
    site.hand("DELETE FROM invalidations WHERE id <= 6");
    assert_eq!(site.ask(1, "s:9", early), Freshness::Unknown);
    assert_eq!(site.ask(1, "s:9", Position { start: 0, id: 7 }), Freshness::Touched);
    // The newest: nobody can tell what they said.
    site.hand("DELETE FROM invalidations WHERE id >= 9");
    site.touch("s:0");
    let known = Position { start: 0, id: 8 };
    assert_eq!(site.ask(1, "s:9", known), Freshness::Unknown);
}

#[test]
fn what_was_true_before_the_newest_start_is_unknown() {
    let site = Site::new();
    site.hand(START);
    let first = site.position();
    site.hand(START);
    let second = site.position();
    site.asks_unknown(0..3, "s:1", first);
    assert_eq!(site.ask(0, "s:1", second), Freshness::Current(second));
    let invented = Position { start: second.start ^ 1, ..second };
    site.asks_unknown(0..3, "s:1", invented);
    site.asks_unknown(0..3, "s:1", Position { id: second.id + 1, ..second });
}

/// A backup put in the place of the database while processes have it open, which nobody should do. One that remembers
/// nothing can't notice: after a restore, a start has to be written (see the page on operations).
#[test]
fn a_database_that_was_replaced_is_not_trusted_until_a_process_starts_on_it() {
    let site = Site::new();
    site.hand(START);
    site.touch("s:1");
    let backup = site.position().id;
    site.touch("s:2");
    site.touch("s:3");
    let lost = site.position();
    assert_eq!(site.ask(0, "s:9", lost), Freshness::Current(lost));
    assert_eq!(site.ask(1, "s:9", lost), Freshness::Current(lost));
    site.hand(&format!(
        "BEGIN; DELETE FROM invalidations WHERE id > {backup}; UPDATE positions SET last = {backup};
         UPDATE sqlite_sequence SET seq = {backup} WHERE name = 'invalidations'; COMMIT"
    ));
    site.asks_unknown(0..2, "s:9", lost);
    site.asks_unknown(0..2, "s:9", Position { id: lost.id - 2, ..lost });
    // Its ids are given anew, to other changes.
    for _ in 0..4 {
        site.touch("s:9");
    }
    site.asks_unknown(0..2, "s:9", lost);
    site.asks_unknown(0..2, "s:8", lost);
    site.hand(START);
    site.asks_unknown(0..2, "s:8", lost);
    let now = site.position();
    assert_eq!(site.ask(0, "s:8", now), Freshness::Current(now));
}

/// What can happen between two questions.
#[derive(Clone, Debug)]
enum Step {
    Touch(u8),
    TouchSeveral(u8, u8),
    RollBack(u8),
    Start,
    Prune(u8),
    RemoveByHand(u8),
    Remember(u8),
    Ask(usize, prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..6).prop_map(Step::Touch),
        1 => (0_u8..6, 0_u8..6).prop_map(|(a, b)| Step::TouchSeveral(a, b)),
        1 => (0_u8..6).prop_map(Step::RollBack),
        1 => Just(Step::Start),
        1 => (1_u8..4).prop_map(Step::Prune),
        1 => (1_u8..30).prop_map(Step::RemoveByHand),
        4 => (0_u8..6).prop_map(Step::Remember),
        8 => (0_usize..3, any::<prop::sample::Index>()).prop_map(|(process, what)| Step::Ask(process, what)),
    ]
}

/// Something that was true of a subject, and when that was.
struct Remembered {
    subject: String,
    as_of: Position,
    at: usize,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// However changes, starts, removals and questions follow each other: `current` is said only of what nobody touched
    /// since, and of that it is always said as long as nobody removed rows and no process started.
    #[test]
    fn current_is_never_wrong(steps in prop::collection::vec(step(), 1..60)) {
        let site = Site::new();
        let mut touched = std::collections::HashMap::<String, usize>::new();
        let mut remembered: Vec<Remembered> = Vec::new();
        let mut is_whole = true;
        let mut started = 0;
        for (now, step) in steps.into_iter().enumerate() {
            match step {
                Step::Touch(n) => {
                    site.touch(&format!("s:{n}"));
                    touched.insert(format!("s:{n}"), now);
                }
                Step::TouchSeveral(a, b) => {
                    site.hand(&format!("BEGIN; INSERT INTO invalidations (subject) VALUES ('s:{a}'), ('s:{b}'); COMMIT"));
                    touched.extend([(format!("s:{a}"), now), (format!("s:{b}"), now)]);
                }
                Step::RollBack(n) => {
                    site.hand(&format!("BEGIN; INSERT INTO invalidations (subject) VALUES ('s:{n}'); ROLLBACK"));
                }
                Step::Start => {
                    site.hand(START);
                    started = now;
                }
                Step::Prune(n) => {
                    site.hand(&format!(
                        "DELETE FROM invalidations WHERE id IN (SELECT id FROM invalidations
                         WHERE subject NOT LIKE 'start:%' ORDER BY id LIMIT {n})"
                    ));
                    is_whole = false;
                }
                Step::RemoveByHand(id) => {
                    site.hand(&format!("DELETE FROM invalidations WHERE id = {id} AND subject NOT LIKE 'start:%'"));
                    is_whole = false;
                }
                Step::Remember(n) => {
                    remembered.push(Remembered { subject: format!("s:{n}"), as_of: site.position(), at: now });
                }
                Step::Ask(process, what) => {
                    if remembered.is_empty() {
                        continue;
                    }
                    let asked = what.index(remembered.len());
                    let asked = &mut remembered[asked];
                    let is_true = touched.get(&asked.subject).is_none_or(|touched| *touched < asked.at);
                    match site.ask(process, &asked.subject, asked.as_of) {
                        Freshness::Current(position) => {
                            prop_assert!(is_true, "a wrong yes at step {now}");
                            // Holds as far as now.
                            (asked.as_of, asked.at) = (position, now);
                        }
                        Freshness::Touched => prop_assert!(!is_true || !is_whole, "a wrong no at step {now}"),
                        Freshness::Unknown => {
                            prop_assert!(!is_whole || asked.at <= started, "nothing was removed before step {now}");
                        }
                    }
                }
            }
        }
    }
}

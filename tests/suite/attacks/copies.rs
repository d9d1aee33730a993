//! Attacks on a copy, which is then verified from outside.

use super::{
    chance::Chance,
    generate::{Table, attack, run as does},
    prepared::Prepared,
    signed_view,
};
use mana_auth::audit_log::{self, Verification};
use rusqlite::Connection;
use std::path::Path;
use tempfile::TempDir;

/// How often another attack is tried where the database refuses one.
const TRIES: usize = 20;

/// Does each attack to a fresh copy.
pub fn run(prepared: &Prepared, table: &Table, seed: u64, cases: u64) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("auth.db");
    std::fs::write(&path, &prepared.bytes).expect("a copy");
    let before = signed_view::of(&open(&path), &prepared.replaced);
    assert_eq!(verify(prepared, &path), None, "before");
    let (mut done, mut told) = (0, 0);
    for case in 0..cases {
        std::fs::write(&path, &prepared.bytes).expect("a copy");
        let database = open(&path);
        let mut chance = Chance::of(seed, case);
        let attacks = std::iter::repeat_with(|| attack(table, &mut chance)).take(TRIES);
        let Some(sql) = attacks.into_iter().find(|sql| does(&database, sql)) else { continue };
        let has_changed = signed_view::of(&database, &prepared.replaced) != before;
        drop(database);
        let finding = verify(prepared, &path);
        let which = format!("seed {seed}, case {case}: {sql}: {finding:?}");
        // Constraints that the attack ignored are among what SQLite checks.
        let is_constraint = finding.as_ref().is_some_and(|finding| finding.contains("not as SQLite left it"));
        assert!(
            has_changed || is_constraint || finding.is_none(),
            "nothing that is authenticated has changed: {which}"
        );
        assert!(!has_changed || finding.is_some(), "unseen: {which}");
        done += 1;
        told += u64::from(has_changed);
    }
    println!("{}: seed {seed}: {done} of {cases} attacks were possible, {told} are told", table.name);
    assert!(done * 10 > cases * 9, "{done} of {cases} attacks were possible");
}

/// The copy, as anybody opens it who ignores what can be ignored.
pub fn open(path: &Path) -> Connection {
    let database = Connection::open(path).expect("the copy");
    for (pragma, value) in
        [("ignore_check_constraints", "ON"), ("foreign_keys", "OFF"), ("synchronous", "OFF")]
    {
        database.pragma_update(None, pragma, value).expect("a pragma");
    }
    database
}

/// What is wrong first, by the key and the checkpoints that were kept outside.
pub fn verify(prepared: &Prepared, path: &Path) -> Option<String> {
    let mut notes = prepared.notes.iter().cloned().map(Ok);
    let with = Verification {
        key: Some(prepared.key.clone()),
        checkpoints: Some(&mut notes),
        restored: false,
        older: false,
        export: None,
    };
    let copy = audit_log::Copy::open(path).expect("a database");
    let report = audit_log::verify(&copy, with);
    report.unwrap_or_else(|error| panic!("it can't be verified: {error}")).finding
}

//! Attacks on a service that goes on.

use super::{
    chance::Chance,
    copies,
    generate::{Table, attack, run as does},
    prepared::{Prepared, instance, keep_house, record},
    signed_view,
};
use mana_auth_audit::Checkpoint;
use rusqlite::Connection;
use std::{collections::BTreeSet, time::Duration};
use tempfile::TempDir;

/// How many attacks one service is under, unless one alone may stop it from sealing.
const AT_ONCE: u64 = 16;

/// Rows of these decide what was signed: who edits them gets no signature, and housekeeping says so.
const MAY_STOP_SEALING: [&str; 3] = ["audit_tree", "audit_seals", "audit_keys"];

pub async fn run(prepared: &Prepared, table: &Table, seed: u64, cases: u64) {
    let (mut stopped, services) = (0, cases.div_ceil(AT_ONCE));
    let at_once = if MAY_STOP_SEALING.contains(&table.name) { 1 } else { AT_ONCE };
    for service in 0..services {
        let attacks: Vec<String> =
            (0..at_once).map(|n| attack(table, &mut Chance::of(seed ^ 1, service * AT_ONCE + n))).collect();
        stopped += u64::from(!goes_on(prepared, table, &attacks, seed, service).await);
    }
    println!(
        "{}: seed {seed}: {services} services, {stopped} of them stopped sealing and said so",
        table.name
    );
}

/// Whether it goes on sealing under these attacks; where it doesn't, it must say so.
async fn goes_on(prepared: &Prepared, table: &Table, attacks: &[String], seed: u64, service: u64) -> bool {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("auth.db");
    std::fs::write(&path, &prepared.bytes).expect("a copy");
    let genuine: BTreeSet<String> = signed_view::sealed(&copies::open(&path)).into_iter().collect();
    let done: Vec<&String> = {
        let database = copies::open(&path);
        attacks.iter().filter(|sql| does(&database, sql)).collect()
    };
    let which = format!("{}, seed {seed}, service {service}: {done:#?}", table.name);
    let left: BTreeSet<String> =
        signed_view::sealed(&copies::open(&path)).into_iter().filter(|row| genuine.contains(row)).collect();
    let (mut instance, clock) = instance(folder.path(), prepared.at).await;
    if let Err(refused) = instance.start(true).await {
        // It names a secret that is missing, or so it seems.
        assert_eq!(table.name, "audit_keys", "it does not start: {refused}: {which}");
        return false;
    }
    let recorded = record(&mut instance, None).await.unwrap_or_else(|| panic!("it does not record: {which}"));
    let mut went_on = true;
    for minutes in [1, 1, 11, 1, 60, 1] {
        clock.advance(Duration::from_secs(minutes * 60));
        went_on = keep_house(&mut instance).await;
    }
    drop(instance);
    let database = copies::open(&path);
    let after: BTreeSet<String> = signed_view::sealed(&database).into_iter().collect();
    let lost: Vec<_> = left.difference(&after).collect();
    assert!(lost.is_empty(), "the service itself changed {lost:?}: {which}");
    let finding = copies::verify(prepared, &path);
    a_replaced_key_has_signed_nothing(&database, prepared, &which);
    called_intact_is_intact(&database, prepared.at, finding.as_deref(), &which);
    if went_on {
        let sealed = "SELECT count(*) FROM security_events WHERE id = ?1 AND leaf IS NOT NULL";
        let sealed: u64 = database.query_row(sealed, [&recorded], |row| row.get(0)).expect("a number");
        assert_eq!(sealed, 1, "what was recorded is not sealed: {which}");
        let waiting = "SELECT count(*) FROM security_events WHERE leaf IS NULL AND mac IS NOT NULL AND event_type <> 'events_forged'";
        let waiting: u64 = database.query_row(waiting, [], |row| row.get(0)).expect("a number");
        assert_eq!(waiting, 0, "events wait without an end: {which}");
        has_told_what_is_foreign(&database, &which);
    } else {
        assert!(MAY_STOP_SEALING.contains(&table.name), "it stopped sealing: {which}");
    }
    went_on
}

/// No checkpoint is new that bears its signature.
fn a_replaced_key_has_signed_nothing(database: &Connection, prepared: &Prepared, which: &str) {
    let mut statement = database.prepare("SELECT CAST(note AS BLOB) FROM audit_seals").expect("a statement");
    let notes = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("notes");
    for note in notes.filter_map(|note| String::from_utf8(note.ok()?).ok()) {
        let Ok((signed, checkpoint)) = Checkpoint::of_note(&note) else { continue };
        let key = prepared.replaced.public().named(checkpoint.origin);
        assert!(prepared.notes.contains(&note) || !signed.is_signed_by(&key), "signed anew: {note}: {which}");
    }
}

/// What housekeeping found last, an hour after the attack, is no better than what is found from outside.
fn called_intact_is_intact(database: &Connection, at: u64, finding: Option<&str>, which: &str) {
    let last = "SELECT count(*) FROM audit_verification WHERE id = 1 AND first_bad IS NULL AND verified_at > ?1 AND verified_at = begun_at";
    let is_intact: u64 = database.query_row(last, [at], |row| row.get(0)).expect("a number");
    let is_in_the_tree = finding
        .is_some_and(|finding| ["leaf ", "leaves ", "tile "].iter().any(|start| finding.starts_with(start)));
    assert!(is_intact == 0 || !is_in_the_tree, "called intact: {finding:?}: {which}");
}

fn has_told_what_is_foreign(database: &Connection, which: &str) {
    let foreign = "SELECT count(*) FROM security_events WHERE leaf IS NULL AND mac IS NULL";
    let foreign: u64 = database.query_row(foreign, [], |row| row.get(0)).expect("a number");
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged' AND source IS NULL";
    let told: u64 = database.query_row(told, [], |row| row.get(0)).expect("a number");
    assert!(foreign == 0 || told > 0, "{foreign} foreign rows are not told: {which}");
}

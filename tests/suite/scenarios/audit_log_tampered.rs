//! Whoever owns the database can change every row of it, and not unseen.

use crate::{
    scenarios,
    service::{Copy, Service, Stage},
};
use std::time::Duration;

scenarios![
    every_edit_of_an_event_is_named needs Sqlite,
    every_edit_of_what_was_signed_is_named needs Sqlite,
    a_database_put_back_is_noticed_from_outside needs Sqlite,
    a_restored_backup_goes_on_under_another_origin needs Clock Files Sqlite,
    an_edited_tree_is_not_signed needs Sqlite,
    erasing_a_person_keeps_the_proof needs Commands Sqlite,
    verifying_is_a_command needs Commands Files Sqlite,
];

/// An audit log of more than two tiles in several seals, with events of every part filled.
async fn audit_log(service: &Service) -> Copy {
    let ana = service.someone().await;
    ana.client.post("/refresh", serde_json::json!({ "refreshToken": ana.refresh })).await.ok();
    for _ in 0..4 {
        service.append_events(140);
        service.tick().await;
    }
    let copy = service.copy();
    let report = copy.verify(None, None);
    assert_eq!(report.finding, None);
    assert!(report.leaves.end >= 560 && report.unsealed == 0, "{report:?}");
    assert!(copy.number("SELECT count(*) FROM audit_seals") >= 4);
    copy
}

/// Edits another copy; what is found there.
fn found(copy: &Copy, edit: &str) -> String {
    let copy = copy.again();
    assert!(copy.edit(edit) > 0, "{edit}");
    copy.verify(None, None).finding.unwrap_or_else(|| panic!("unseen: {edit}"))
}

async fn every_edit_of_an_event_is_named(stage: Stage) {
    let service = stage.start().await;
    let copy = audit_log(&service).await;
    let id = "(SELECT id FROM security_events WHERE leaf = 100)";
    for (column, value) in [
        ("id", "'01900000-0000-7000-8000-0000000fffff'"),
        ("user_id", "'01900000-0000-7000-8000-000000000001'"),
        ("event_type", "'login_success'"),
        ("source", "NULL"),
        ("ip_address", "'192.0.2.8'"),
        ("ip_address", "NULL"),
        ("user_agent", "'somebody else'"),
        ("metadata", "'{\"n\":1000}'"),
        ("metadata", "NULL"),
        ("created_at", "created_at - 1"),
        ("salt", "zeroblob(32)"),
        ("salt", "NULL"),
        ("details_digest", "zeroblob(32)"),
        ("leaf_hash", "zeroblob(32)"),
    ] {
        let finding =
            found(&copy, &format!("UPDATE security_events SET {column} = {value} WHERE leaf = 100"));
        assert!(finding.starts_with("leaf 100: event "), "{column} = {value}: {finding}");
        assert!(finding.ends_with("was altered"), "{column} = {value}: {finding}");
    }
    let bare = "UPDATE security_events SET ip_address = NULL, user_agent = NULL, metadata = NULL, salt = NULL WHERE leaf = 100";
    assert!(found(&copy, bare).contains("no erasure tells of it"));
    let cases = [
        ("DELETE FROM security_events WHERE leaf = 100", "leaf 100: the event was removed"),
        (
            "UPDATE security_events SET leaf = NULL, leaf_hash = NULL WHERE leaf = 100",
            "leaf 100: the event was removed",
        ),
        (
            "UPDATE security_events SET leaf = 999999 WHERE leaf = 100;
             UPDATE security_events SET leaf = 100 WHERE leaf = 200;
             UPDATE security_events SET leaf = 200 WHERE leaf = 999999",
            "was sealed as leaf 200",
        ),
        (
            "DELETE FROM security_events WHERE leaf = 100;
             UPDATE security_events SET leaf = leaf + 999999 WHERE leaf > 100;
             UPDATE security_events SET leaf = leaf - 1000000 WHERE leaf > 999999",
            "was sealed as leaf 101",
        ),
        (
            "UPDATE security_events SET leaf = leaf + 999999 WHERE leaf >= 100;
             UPDATE security_events SET leaf = leaf - 999998 WHERE leaf > 999999;
             INSERT INTO security_events (id, event_type, created_at, details_digest, leaf, leaf_hash)
             VALUES ('01900000-0000-7000-8000-00000000aaaa', 'logout', 1, zeroblob(32), 100, zeroblob(32))",
            "leaf 100: event 01900000-0000-7000-8000-00000000aaaa was altered",
        ),
        ("DELETE FROM security_events WHERE leaf > 500", "leaf 501: the event was removed"),
        ("DELETE FROM security_events", "leaf 0: the event was removed"),
        (
            "INSERT INTO security_events (id, event_type, created_at, details_digest, leaf, leaf_hash)
             VALUES ('01900000-0000-7000-8000-00000000cccc', 'logout', 1, zeroblob(32), 999999, zeroblob(32))",
            "leaf 999999: event 01900000-0000-7000-8000-00000000cccc was inserted",
        ),
        (
            "PRAGMA ignore_check_constraints = ON;
             INSERT INTO security_events (id, event_type, created_at, details_digest, leaf, leaf_hash)
             VALUES ('01900000-0000-7000-8000-00000000bbbb', 'logout', 1, zeroblob(32), -1, zeroblob(32))",
            "event 01900000-0000-7000-8000-00000000bbbb was inserted or altered",
        ),
    ];
    for (edit, expected) in cases {
        let finding = found(&copy, edit);
        assert!(finding.contains(expected), "{edit}: {finding}");
    }
    // Who also edits what was noted of the event is found by the checkpoint behind it.
    let consistent = copy.again();
    consistent.edit(&format!("UPDATE security_events SET event_type = 'login_success' WHERE id = {id}"));
    consistent.note_anew(100);
    let finding = consistent.verify(None, None).finding.expect("a finding");
    assert!(finding.starts_with("leaves ") && finding.contains("what was noted of it too"), "{finding}");
}

async fn every_edit_of_what_was_signed_is_named(stage: Stage) {
    let service = stage.start().await;
    let copy = audit_log(&service).await;
    let second = "(SELECT size FROM audit_seals ORDER BY size LIMIT 1 OFFSET 1)";
    for (edit, expected) in [
        (
            format!(
                "UPDATE audit_seals SET note = replace(note, 'localhost', 'elsewhere') WHERE size = {second}"
            ),
            "the checkpoint of ",
        ),
        (format!("UPDATE audit_seals SET note = '' WHERE size = {second}"), "is no signed note"),
        (format!("UPDATE audit_seals SET size = size - 1 WHERE size = {second}"), "another number of leaves"),
        (
            format!(
                "UPDATE audit_seals SET note = (SELECT note FROM audit_seals ORDER BY size LIMIT 1) WHERE size = {second}"
            ),
            "another number of leaves",
        ),
        ("DELETE FROM audit_seals WHERE size = (SELECT max(size) FROM audit_seals)".into(), "is missing"),
        ("DELETE FROM audit_seals".into(), "is missing"),
        (
            "UPDATE audit_tiles SET hash = zeroblob(32) WHERE position = 1".into(),
            "tile 1 of level 1 was altered or removed",
        ),
        ("DELETE FROM audit_tiles WHERE position = 0".into(), "tile 0 of level 1 was altered or removed"),
        ("UPDATE audit_tree SET size = size + 1".into(), "the event was removed"),
        ("UPDATE audit_tree SET size = size - 1".into(), "is not the one of the events"),
        (
            "UPDATE audit_tree SET frontier = zeroblob(length(frontier))".into(),
            "is not the one of the events",
        ),
        (
            "UPDATE audit_keys SET public_key = (SELECT public_key FROM jwks LIMIT 1)".into(),
            "signed by no key",
        ),
    ] {
        let finding = found(&copy, &edit);
        assert!(finding.contains(expected), "{edit}: {finding}");
    }
}

async fn a_database_put_back_is_noticed_from_outside(stage: Stage) {
    let service = stage.start().await;
    let old = audit_log(&service).await;
    service.append_events(10);
    service.tick().await;
    let new = service.copy();
    let note = |copy: &Copy| copy.text("SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1");
    assert_eq!(new.verify(None, Some(note(&new))).finding, None);
    assert_eq!(new.verify(None, Some(note(&old))).finding, None, "an older one is in it");
    let finding = old.verify(None, Some(note(&new))).finding.expect("a finding");
    assert!(finding.contains("put back to an older state"), "{finding}");
    // Neither does cutting off its end help, nor an audit log of one's own.
    let cut = new.again();
    cut.edit("DELETE FROM security_events WHERE leaf >= (SELECT max(size) FROM audit_seals WHERE size < (SELECT max(size) FROM audit_seals));
              DELETE FROM audit_seals WHERE size = (SELECT max(size) FROM audit_seals)");
    assert!(cut.verify(None, None).finding.is_some());
    let other = new.again();
    other.edit("DELETE FROM audit_seals; DELETE FROM audit_tiles; DELETE FROM audit_tree; DELETE FROM security_events");
    let finding = other.verify(None, None).finding.expect("a finding");
    assert!(finding.starts_with("audit_tree: there is no row"), "{finding}");
    other.edit("DELETE FROM audit_keys");
    let finding = other.verify(None, Some(note(&new))).finding.expect("a finding");
    assert!(finding.contains("the database 0"), "{finding}");
}

async fn a_restored_backup_goes_on_under_another_origin(stage: Stage) {
    let mut service = stage.start().await;
    let backup = audit_log(&service).await;
    let origin = backup.text("SELECT origin FROM audit_tree");
    service.restart().await;
    assert_eq!(service.copy().text("SELECT origin FROM audit_tree"), origin, "a restart is none");
    service.append_events(20);
    service.tick().await;
    let outside = service.copy().text("SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1");
    service.restore(&backup.path()).await;
    let begun = "SELECT count(*) FROM security_events WHERE event_type = 'audit_begun'";
    assert_eq!(service.number(begun), 2);
    service.append_events(30);
    service.advance(Duration::from_secs(60));
    service.tick().await;
    let after = service.copy();
    assert_ne!(after.text("SELECT origin FROM audit_tree"), origin);
    assert_eq!(after.verify(None, None).finding, None);
    let newest = after.text("SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1");
    for notes in [&[outside.clone()][..], &[outside.clone(), newest]] {
        let finding = after.verify_against(None, notes, false).finding.expect("events are gone");
        assert!(
            finding.contains("put back to an older state") && finding.contains("audit_begun"),
            "{finding}"
        );
        let report = after.verify_against(None, notes, true);
        assert_eq!(report.finding, None, "it tells what it goes on from");
        assert_eq!(report.given_up.expect("it says so").0, origin);
    }
    service.restart().await;
    assert_eq!(service.number(begun), 2, "once");
}

async fn an_edited_tree_is_not_signed(stage: Stage) {
    let service = stage.start().await;
    audit_log(&service).await;
    let seals = service.number("SELECT count(*) FROM audit_seals");
    service.sql("UPDATE audit_tree SET frontier = zeroblob(length(frontier))");
    service.append_events(5);
    service.tick_fails().await;
    assert_eq!(service.number("SELECT count(*) FROM audit_seals"), seals);
    assert!(service.someone_else().await.is_signed_in().await, "and everything else goes on");
}

async fn erasing_a_person_keeps_the_proof(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    let wrong = serde_json::json!({ "email": "ana@example.org", "password": crate::service::OTHER_PASSWORD });
    service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    service.tick().await;
    let id = crate::shape::text(&ana.user["id"]);
    let told = service.operate(&["user", "erase", "ana@example.org"]).done();
    assert!(told.contains("1 account deleted"), "{told}");
    assert!(ana.is_signed_out().await);
    let details =
        "(ip_address IS NOT NULL OR user_agent IS NOT NULL OR metadata IS NOT NULL OR salt IS NOT NULL)";
    let left = format!(
        "SELECT count(*) FROM security_events WHERE user_id = '{id}' AND event_type <> 'details_erased' AND {details}"
    );
    assert_eq!(service.number(&left), 0);
    assert_eq!(
        service.number("SELECT count(*) FROM security_events WHERE metadata LIKE '%ana@example.org%'"),
        0
    );
    service.tick().await;
    let copy = service.copy();
    let report = copy.verify(None, None);
    assert_eq!(report.finding, None);
    assert!(report.erased >= 4, "{report:?}");
    // An erasure that nothing tells of is an alteration.
    copy.edit("UPDATE security_events SET metadata = '{}' WHERE event_type = 'details_erased'");
    assert!(copy.verify(None, None).finding.is_some());
    // Neither in free space nor in the log beside it.
    for file in ["auth.db", "auth.db-wal"] {
        let bytes = std::fs::read(service.data().join(file)).unwrap_or_default();
        assert!(memchr::memmem::find(&bytes, b"ana@example.org").is_none(), "{file}");
    }
    // Done again it finds nothing, and says so.
    let again = service.operate(&["user", "erase", &id]).done();
    assert!(again.contains("the details of 0 events erased"), "{again}");
    service.operate(&["user", "erase", "nobody@example.org"]).not_done();
}

async fn verifying_is_a_command(stage: Stage) {
    let service = stage.at_system_time().start().await;
    audit_log(&service).await;
    let key = service.operate(&["audit", "key"]).done();
    service.operate(&["maintenance", "run"]).done();
    let copy = service.copy();
    let text = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
    let (folder, kept) = (text(copy.folder().to_owned()), text(service.data().join("checkpoints")));
    let export = text(copy.folder().join("export.jsonl"));
    let verify = ["audit", "verify", "--data", &folder];
    let told = service.operate(&verify).done();
    assert!(told.contains("taken from the database itself") && told.contains("intact"), "{told}");
    let file = text(copy.path());
    assert!(
        service.operate(&["audit", "verify", "--data", &file]).done().contains("intact"),
        "a backup is a file"
    );
    let with = ["--key", key.trim(), "--checkpoint", &kept, "--export", &export];
    let told = service.operate(&[&verify[..], &with].concat()).done();
    assert!(!told.contains("taken from") && told.contains("unsealed   0 events"), "{told}");
    let lines = std::fs::read_to_string(&export).expect("the export");
    let sealed = copy.number("SELECT count(leaf) FROM security_events");
    assert_eq!(i64::try_from(lines.lines().count()), Ok(sealed));
    copy.edit("UPDATE security_events SET created_at = 5 WHERE leaf = 42");
    let outcome = service.operate(&verify);
    assert_eq!(outcome.code(), Some(1), "{outcome:?}");
    assert!(outcome.stderr().contains("leaf 42: event "), "{outcome:?}");
    for misuse in [
        &["audit", "verify", "--data", "/nowhere"][..],
        &["audit", "verify", "--data", &folder, "--key", "no key"],
        &["audit", "verify", "--data", &folder, "--checkpoint", &export],
        &["audit", "verify", "--data", &folder, "--checkpoint", "/nowhere"],
    ] {
        let outcome = service.operate(misuse);
        assert_eq!(outcome.code(), Some(2), "{misuse:?}: {outcome:?}");
    }
}

//! How an audit log begins: not in silence where another was there, and whatever rows somebody has put there before.

use crate::{
    scenarios,
    service::{Service, Stage},
};

scenarios![
    a_place_that_is_taken_before_it_begins_keeps_nobody_up needs Files Sqlite,
    one_that_was_wiped_begins_by_saying_so needs Sqlite,
    a_tree_whose_row_was_removed_is_told needs Commands Files Sqlite,
    no_more_is_printed_than_is_signed needs Commands Files Sqlite,
];

async fn a_place_that_is_taken_before_it_begins_keeps_nobody_up(stage: Stage) {
    let service = stage.start().await;
    service.register("ana@example.org").await;
    let begun = "SELECT count(*) FROM audit_tree";
    assert_eq!(service.number(begun), 0);
    service.sql(
        "INSERT INTO security_events (id, event_type, metadata, created_at, salt, details_digest, leaf, leaf_hash)
         SELECT '01900000-0000-7000-8000-ff0000000001', 'logout', metadata, created_at, salt, details_digest, 0, zeroblob(32)
         FROM security_events LIMIT 1",
    );
    let finding = service.copy().verify(None, None).finding.expect("a finding");
    assert!(finding.starts_with("audit_tree: there is no row"), "{finding}");
    service.tick().await;
    service.tick().await;
    assert_eq!(service.number(begun), 1);
    let waiting = "SELECT count(*) FROM security_events WHERE leaf IS NULL AND mac IS NOT NULL";
    assert_eq!(service.number(waiting), 0);
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged'
                AND json_extract(metadata, '$.events[0]') LIKE '01900000-%-ff0000000001'";
    assert_eq!(service.number(told), 1);
    let finding = service.copy().verify(None, None).finding.expect("a finding");
    assert!(finding.starts_with("event 01900000-") && finding.contains("did not write it"), "{finding}");
}

/// All that was sealed, and what sealed it; as far as there is no copy outside.
fn wipe(service: &Service, tables: &[&str]) {
    for table in tables {
        service.sql(&format!("DELETE FROM {table}"));
    }
    // There is none on Spin.
    let _ = std::fs::remove_file(service.data().join("checkpoints"));
}

async fn one_that_was_wiped_begins_by_saying_so(stage: Stage) {
    let mut service = stage.start().await;
    service.register("ana@example.org").await;
    service.append_events(20);
    service.tick().await;
    let begun = "SELECT count(*) FROM security_events WHERE event_type = 'audit_begun' AND leaf IS NOT NULL";
    let older = format!("{begun} AND json_extract(metadata, '$.olderDatabase') = 1");
    assert_eq!((service.number(begun), service.number(&older)), (1, 0), "a new database is none");
    let mut tables =
        vec!["security_events", "audit_seals", "audit_tiles", "audit_tree", "audit_verification"];
    for with_the_keys in [false, true] {
        if with_the_keys {
            tables.push("audit_keys");
        }
        wipe(&service, &tables);
        service.restart().await;
        service.append_events(3);
        service.tick().await;
        assert_eq!((service.number(begun), service.number(&older)), (1, 1), "{tables:?}");
    }
    // What other tables hold tells as well.
    tables.push("leases");
    wipe(&service, &tables);
    service.restart().await;
    service.tick().await;
    assert_eq!(service.number(&older), 1);
}

async fn a_tree_whose_row_was_removed_is_told(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.append_events(20);
    service.tick().await;
    let copy = service.copy();
    let folder = copy.folder().to_string_lossy().into_owned();
    let outcome = service.operate(&["audit", "verify", "--data", &folder]);
    assert_eq!(outcome.code(), Some(0), "{outcome:?}");
    for more in ["SELECT 1", "DELETE FROM audit_seals"] {
        copy.edit(&format!("DELETE FROM audit_tree; {more}"));
        let outcome = service.operate(&["audit", "verify", "--data", &folder]);
        assert_eq!(outcome.code(), Some(1), "{more}: {outcome:?}");
        assert!(outcome.stderr().contains("audit_tree: there is no row"), "{more}: {outcome:?}");
        assert!(!outcome.stdout().contains("/audit/"), "{more}: {outcome:?}");
    }
}

async fn no_more_is_printed_than_is_signed(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.append_events(20);
    service.tick().await;
    let copy = service.copy();
    let origin = copy.text("SELECT origin FROM audit_tree");
    let folder = copy.folder().to_string_lossy().into_owned();
    let told = service.operate(&["audit", "verify", "--data", &folder]).done();
    assert!(told.contains(&format!("origin     {origin}\n")), "{told}");
    copy.edit("UPDATE audit_tree SET origin = 'bank.example/audit/0'");
    let outcome = service.operate(&["audit", "verify", "--data", &folder]);
    assert_eq!(outcome.code(), Some(1), "{outcome:?}");
    assert!(!outcome.stdout().contains("bank.example"), "{outcome:?}");
    assert!(outcome.stdout().contains("origin     not proven"), "{outcome:?}");
}

//! Whoever can write rows, and has neither the secret nor a key, makes the service sign nothing of their own.

use crate::{
    scenarios,
    service::{Copy, Service, Stage},
};
use mana_auth_audit::{Checkpoint, Frontier, KeyName, PublicKey, leaf_hash};

scenarios![
    an_event_put_there_by_hand_is_not_sealed needs Sqlite,
    a_row_without_a_mac_is_told_once needs Sqlite,
    an_event_changed_before_it_is_sealed_is_not_sealed needs Sqlite,
    an_audit_log_cannot_be_talked_into_trusting_a_key needs Sqlite,
    an_audit_log_cannot_be_talked_into_an_erasure_or_a_pruning needs Sqlite,
    an_emptied_tree_is_not_filled_again needs Sqlite,
    a_tree_put_back_behind_a_checkpoint_is_not_gone_on_from needs Clock Files Sqlite,
    a_tree_put_back_meanwhile_goes_on_under_another_origin needs Clock Files Sqlite,
    another_name_needs_an_event needs Sqlite,
    a_key_put_among_the_keys_signs_nothing needs Sqlite,
    an_index_that_tells_of_other_rows_is_noticed needs Sqlite,
    what_cannot_be_sealed_is_not_erased needs Commands,
];

async fn sealed(service: &Service) -> Copy {
    service.tick().await;
    service.append_events(300);
    service.tick().await;
    service.copy()
}

fn newest(copy: &Copy) -> String {
    copy.text("SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1")
}

/// Inserts an event of the service's own as somebody who knows the format does.
fn insert(service: &Service, event_type: &str, metadata: &str) {
    service.sql(&format!(
        "INSERT INTO security_events (id, event_type, metadata, created_at, salt, details_digest, mac)
         SELECT '01900000-0000-7000-8000-0000000ffff' || (SELECT count(*) % 10 FROM security_events), '{event_type}', '{metadata}',
                created_at, salt, details_digest, CAST(x'00000001' || zeroblob(32) AS BLOB)
         FROM security_events WHERE leaf = 10"
    ));
}

async fn an_event_put_there_by_hand_is_not_sealed(stage: Stage) {
    let service = stage.start().await;
    sealed(&service).await;
    insert(&service, "logout", "{}");
    service.append_events(5);
    service.tick().await;
    service.tick().await;
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE leaf IS NULL"), 1);
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged' AND leaf IS NOT NULL
                AND json_extract(metadata, '$.count') = 1 AND json_extract(metadata, '$.events[0]') LIKE '01900000-%'";
    let all = "SELECT coalesce(group_concat(leaf || ' ' || metadata), '') FROM security_events WHERE event_type = 'events_forged'";
    assert_eq!(service.number(told), 1, "once: {}", service.copy().text(all));
    let root = service.administrator().await;
    service.sql(
        "UPDATE security_events SET leaf = 7000000000, leaf_hash = zeroblob(32) WHERE event_type = 'logout'",
    );
    let listed = root.client.get("/admin/security-events?type=logout").await.ok();
    assert!(listed[0].is_object() && listed[0]["leaf"].is_null(), "{listed}");
    service.sql("UPDATE security_events SET leaf = NULL, leaf_hash = NULL WHERE event_type = 'logout'");
    let finding = service.copy().verify(None, None).finding.expect("a finding");
    assert!(
        finding.starts_with("event 01900000-") && finding.contains("the service did not write it"),
        "{finding}"
    );
}

async fn an_event_changed_before_it_is_sealed_is_not_sealed(stage: Stage) {
    let service = stage.start().await;
    sealed(&service).await;
    service.append_events(3);
    service.sql("UPDATE security_events SET event_type = 'card_removed' WHERE leaf IS NULL AND id = (SELECT max(id) FROM security_events WHERE leaf IS NULL AND source IS NOT NULL)");
    service.tick().await;
    assert_eq!(
        service.number(
            "SELECT count(*) FROM security_events WHERE event_type = 'card_removed' AND leaf IS NULL"
        ),
        1
    );
    // Its details count as well.
    service.append_events(3);
    service.sql("UPDATE security_events SET ip_address = '192.0.2.8' WHERE leaf IS NULL AND mac IS NOT NULL AND id = (SELECT max(id) FROM security_events WHERE leaf IS NULL AND source IS NOT NULL)");
    service.tick().await;
    assert_eq!(
        service
            .number("SELECT count(*) FROM security_events WHERE ip_address = '192.0.2.8' AND leaf IS NULL"),
        1
    );
    assert!(service.copy().verify(None, None).finding.expect("a finding").contains("did not write it"));
}

async fn a_row_without_a_mac_is_told_once(stage: Stage) {
    let service = stage.start().await;
    sealed(&service).await;
    insert(&service, "logout", "{}");
    service.sql("UPDATE security_events SET mac = NULL WHERE leaf IS NULL");
    for _ in 0..4 {
        service.append_events(1);
        service.tick().await;
    }
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE event_type = 'events_forged'"), 1);
}

async fn an_audit_log_cannot_be_talked_into_trusting_a_key(stage: Stage) {
    let service = stage.start().await;
    let copy = sealed(&service).await;
    let origin = KeyName::parse(&copy.text("SELECT origin FROM audit_tree")).expect("a name");
    let key = PublicKey::of_seed(&[7; 32]).named(origin);
    insert(&service, "audit_key_rotated", &format!("{{\"key\":\"{key}\"}}"));
    service.tick().await;
    assert_eq!(
        service.number(
            "SELECT count(*) FROM security_events WHERE event_type = 'audit_key_rotated' AND leaf IS NOT NULL"
        ),
        0
    );
}

async fn an_audit_log_cannot_be_talked_into_an_erasure_or_a_pruning(stage: Stage) {
    let service = stage.start().await;
    sealed(&service).await;
    insert(&service, "details_erased", r#"{"leaves":[[0,9007199254740991]]}"#);
    insert(&service, "events_pruned", r#"{"below":256}"#);
    let bare = service.copy();
    bare.edit("UPDATE security_events SET ip_address = NULL, user_agent = NULL, metadata = NULL, salt = NULL WHERE leaf = 100");
    assert!(bare.verify(None, None).finding.expect("a finding").contains("leaf 100"));
    let dropped = service.copy();
    dropped.edit("DELETE FROM security_events WHERE leaf < 256");
    assert!(dropped.verify(None, None).finding.expect("a finding").contains("leaf 0: the event was removed"));
    service.tick().await;
    service.tick().await;
    assert_eq!(service.number("SELECT min(leaf) FROM security_events"), 0, "nothing is dropped for it");
}

async fn an_emptied_tree_is_not_filled_again(stage: Stage) {
    let service = stage.start().await;
    let outside = newest(&sealed(&service).await);
    service.sql("DELETE FROM audit_seals");
    service.sql("DELETE FROM audit_tiles");
    service.sql("UPDATE audit_tree SET size = 0, frontier = x''");
    service.sql("UPDATE security_events SET leaf = NULL, leaf_hash = NULL");
    service.sql("UPDATE security_events SET event_type = 'logout' WHERE event_type = 'card_added'");
    service.append_events(2);
    service.tick_fails().await;
    let forged = service.copy();
    assert!(forged.number("SELECT count(leaf) FROM security_events WHERE event_type = 'logout'") == 0);
    assert!(forged.verify(None, Some(outside)).finding.is_some());
    assert!(forged.verify(None, None).finding.expect("a finding").contains("did not write it"));
}

async fn a_tree_put_back_meanwhile_goes_on_under_another_origin(stage: Stage) {
    let service = stage.start().await;
    let old = sealed(&service).await;
    let outside = newest(&sealed(&service).await);
    let (size, frontier) =
        (old.number("SELECT size FROM audit_tree"), old.text("SELECT hex(frontier) FROM audit_tree"));
    service.sql(&format!("DELETE FROM security_events WHERE leaf >= {size}"));
    service.sql(&format!("DELETE FROM audit_seals WHERE size > {size}"));
    service.sql(&format!("DELETE FROM audit_tiles WHERE level = 1 AND (position + 1) * 256 > {size}"));
    service.sql(&format!("UPDATE audit_tree SET size = {size}, frontier = x'{frontier}'"));
    service.append_events(2);
    service.tick().await;
    let copy = service.copy();
    assert_ne!(copy.text("SELECT origin FROM audit_tree"), old.text("SELECT origin FROM audit_tree"));
    assert!(copy.verify(None, Some(outside.clone())).finding.expect("a finding").contains("put back"));
    assert_eq!(copy.verify_against(None, &[outside], true).finding, None);
}

/// The newer checkpoint lies beside it, and whoever saw it signed is no more.
async fn a_tree_put_back_behind_a_checkpoint_is_not_gone_on_from(stage: Stage) {
    let mut service = stage.start().await;
    let old = sealed(&service).await;
    let (size, frontier) =
        (old.number("SELECT size FROM audit_tree"), old.text("SELECT hex(frontier) FROM audit_tree"));
    let newer = sealed(&service).await;
    newer.edit(&format!("DELETE FROM security_events WHERE leaf >= {size}"));
    newer.edit(&format!("DELETE FROM audit_tiles WHERE level = 1 AND (position + 1) * 256 > {size}"));
    newer.edit(&format!("UPDATE audit_tree SET size = {size}, frontier = x'{frontier}'"));
    // On another machine: nothing was kept outside.
    let _ = std::fs::remove_file(service.data().join("checkpoints"));
    service.restore(&newer.path()).await;
    service.append_events(2);
    service.tick_fails().await;
    assert_eq!(service.number("SELECT size FROM audit_tree"), size);
}

async fn another_name_needs_an_event(stage: Stage) {
    let service = stage.start().await;
    sealed(&service).await;
    service.sql("UPDATE audit_tree SET origin = 'bank.example/audit/0'");
    insert(&service, "audit_begun", r#"{"origin":"bank.example/audit/0"}"#);
    service.append_events(1);
    service.tick_fails().await;
    assert_eq!(service.number("SELECT count(*) FROM audit_seals WHERE note LIKE 'bank%'"), 0);
}

async fn a_key_put_among_the_keys_signs_nothing(stage: Stage) {
    let service = stage.start().await;
    let copy = sealed(&service).await;
    let origin = KeyName::parse(&copy.text("SELECT origin FROM audit_tree")).expect("a name");
    let size = u64::try_from(copy.number("SELECT size FROM audit_tree")).expect("a size");
    let mut forged = Frontier::default();
    (0..size).for_each(|n| forged.append(leaf_hash(&n.to_be_bytes()), |_| {}));
    let note = Checkpoint { origin, size, root: forged.root() }.sign(&[7; 32]).to_string();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let key = hex(&PublicKey::of_seed(&[7; 32]).to_bytes());
    service.sql(&format!("INSERT INTO audit_keys (id, public_key, private_key, secret_version, created_at) VALUES (0, x'{key}', x'00', 1, 0)"));
    service.sql(&format!("UPDATE audit_seals SET note = '{note}' WHERE size = {size}"));
    service.sql(&format!("UPDATE audit_tree SET frontier = x'{}'", hex(&forged.to_bytes())));
    service.append_events(1);
    service.tick_fails().await;
    assert_eq!(service.number("SELECT max(size) FROM audit_seals"), i64::try_from(size).expect("a size"));
}

async fn an_index_that_tells_of_other_rows_is_noticed(stage: Stage) {
    let service = stage.start().await;
    let copy = sealed(&service).await;
    copy.edit(
        "CREATE INDEX hidden ON security_events (leaf, id, user_id, event_type, source, created_at, ip_address, user_agent, metadata, salt, details_digest, leaf_hash);
         PRAGMA writable_schema = ON;
         CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'hidden';
         DELETE FROM sqlite_schema WHERE name = 'hidden'",
    );
    copy.edit("UPDATE security_events SET metadata = '{}' WHERE leaf = 100");
    copy.edit("PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept");
    let finding = copy.verify(None, None).finding.expect("a finding");
    assert!(finding.contains("not as SQLite left it"), "{finding}");
}

async fn what_cannot_be_sealed_is_not_erased(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    service.tick().await;
    service.sql("UPDATE audit_tree SET frontier = zeroblob(length(frontier))");
    service.operate(&["user", "erase", "ana@example.org"]).not_done();
    assert!(ana.is_signed_in().await, "and the account is still there");
}

//! What the service signs about its audit log, checked by other means than its own word.

use crate::{
    client::Client,
    scenarios,
    service::{Service, Stage},
    shape,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use mana_auth_audit::{Checkpoint, Hash, Note, VerifierKey, verify_consistency, verify_inclusion};
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    every_event_is_proven_by_the_newest_checkpoint needs Sqlite,
    each_checkpoint_leads_to_the_next needs Sqlite,
    nothing_is_sealed_before_housekeeping needs Files,
    housekeeping_goes_through_it needs Clock Sqlite,
    housekeeping_goes_through_a_long_one_in_several_rounds needs Clock Sqlite,
    a_part_is_verified_at_once needs Sqlite,
    an_altered_event_is_named needs Sqlite,
    what_was_erased_is_not_altered needs Commands,
    housekeeping_names_an_altered_event needs Clock Sqlite,
    another_key_takes_over needs Commands Sqlite,
    old_events_are_dropped_and_the_rest_still_proven needs Clock Sqlite,
];

async fn checkpoint(client: &Client) -> (Note, Checkpoint) {
    let answer = client.get("/admin/audit/checkpoint").await;
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let note = Note::parse(std::str::from_utf8(&answer.body).expect("text")).expect("a signed note");
    let checkpoint = Checkpoint::parse(note.text()).expect("a checkpoint");
    (note, checkpoint)
}

fn hash(value: &Value) -> Hash {
    let bytes = STANDARD.decode(shape::text(value)).expect("base64");
    bytes.try_into().expect("32 bytes")
}

fn path(proof: &Value) -> Vec<Hash> {
    proof["path"].as_array().expect("hashes").iter().map(hash).collect()
}

/// The key that signs, as the database has it.
fn key(service: &Service) -> VerifierKey {
    let report = service.copy().verify(None, None);
    report.key.expect("a key that signed")
}

async fn every_event_is_proven_by_the_newest_checkpoint(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    service.append_events(300);
    service.tick().await;
    let (note, checkpoint) = checkpoint(&root.client).await;
    assert!(note.is_signed_by(&key(&service)));
    assert!(checkpoint.origin.as_str().starts_with("localhost/audit/"), "{}", checkpoint.origin);
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE leaf IS NULL"), 0);
    let copy = service.copy();
    for leaf in (0..checkpoint.size).step_by(37) {
        let id = copy.text(&format!("SELECT id FROM security_events WHERE leaf = {leaf}"));
        let proof = root.client.get(&format!("/admin/audit/proof?event={id}")).await.ok();
        shape::members(&proof, &["event", "leaf", "leafHash", "size", "path", "checkpoint"]);
        assert_eq!((&proof["leaf"], &proof["size"]), (&Value::from(leaf), &Value::from(checkpoint.size)));
        let hash = hash(&proof["leafHash"]);
        assert!(verify_inclusion(hash, leaf, checkpoint.size, &path(&proof), &checkpoint.root), "{proof}");
    }
    service.a_moment_passes();
    root.client.post("/refresh", json!({ "refreshToken": root.refresh })).await.ok();
    let newest = root.client.get("/security-events?limit=1").await.ok();
    let unsealed = format!("/admin/audit/proof?event={}", shape::text(&newest[0]["id"]));
    root.client.get(&unsealed).await.refused("NOT_FOUND");
}

async fn each_checkpoint_leads_to_the_next(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    let mut checkpoints = Vec::new();
    for more in [1, 5, 260, 3] {
        service.append_events(more);
        service.tick().await;
        checkpoints.push(checkpoint(&root.client).await.1);
    }
    for pair in checkpoints.windows(2) {
        let (old, new) = (&pair[0], &pair[1]);
        assert_eq!(old.origin, new.origin);
        assert!(old.size < new.size);
        let target = format!("/admin/audit/proof?from={}&to={}", old.size, new.size);
        let proof = root.client.get(&target).await.ok();
        shape::members(&proof, &["from", "to", "path"]);
        assert!(verify_consistency(old.size, &old.root, new.size, &new.root, &path(&proof)), "{proof}");
        assert!(!verify_consistency(old.size, &new.root, new.size, &new.root, &path(&proof)));
    }
}

/// On Spin, housekeeping comes with the first answer.
async fn nothing_is_sealed_before_housekeeping(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    root.client.get("/admin/audit/checkpoint").await.refused("NOT_FOUND");
    root.client.get("/admin/audit/verify").await.refused("NOT_FOUND");
}

async fn housekeeping_goes_through_it(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    service.append_events(700);
    service.tick().await;
    // Where housekeeping comes by itself, it may have gone through what little there was then.
    service.advance(Duration::from_secs(3_660));
    service.tick().await;
    let found = root.client.get("/admin/audit/verify").await.ok();
    shape::members(&found, &["intact", "from", "to", "verifiedAt", "firstBad", "unsealed"]);
    assert_eq!((&found["intact"], &found["firstBad"]), (&Value::Bool(true), &Value::Null), "{found}");
    assert_eq!(found["from"], 0);
    assert!(found["to"].as_u64().expect("a size") >= 700, "{found}");
    assert_eq!(found["unsealed"], 0);
    // The time that has passed also wakes the host's own housekeeping, once: it may seal the first seven.
    let mut unsealed = Value::Null;
    for _ in 0..2 {
        service.append_events(7);
        unsealed = root.client.get("/admin/audit/verify?from=0&to=1").await.ok()["unsealed"].clone();
        if unsealed != 0 {
            break;
        }
    }
    assert_eq!(unsealed, 7);
}

async fn a_part_is_verified_at_once(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    service.append_events(600);
    service.tick().await;
    let size = service.number("SELECT max(leaf) + 1 FROM security_events").cast_unsigned();
    for (from, to) in [(0, 600), (255, 257), (256, 512), (599, 600), (600, 600), (500, size), (size, size)] {
        let found = root.client.get(&format!("/admin/audit/verify?from={from}&to={to}")).await.ok();
        assert_eq!(found["intact"], true, "{found}");
        assert_eq!((found["from"].as_u64(), found["to"].as_u64()), (Some(from), Some(to)));
    }
}

async fn an_altered_event_is_named(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    service.append_events(400);
    service.tick().await;
    service.sql("UPDATE security_events SET ip_address = '192.0.2.8' WHERE leaf = 333");
    let found = root.client.get("/admin/audit/verify?from=300&to=400").await.ok();
    assert_eq!(found["intact"], false);
    assert!(shape::text(&found["firstBad"]).starts_with("leaf 333: "), "{found}");
    let before = root.client.get("/admin/audit/verify?from=0&to=333").await.ok();
    assert_eq!(before["intact"], true, "{before}");
}

async fn housekeeping_names_an_altered_event(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    service.append_events(400);
    service.tick().await;
    assert_eq!(root.client.get("/admin/audit/verify").await.ok()["intact"], true);
    service.sql("UPDATE security_events SET ip_address = '192.0.2.8' WHERE leaf = 333");
    service.advance(Duration::from_secs(3_600));
    service.tick().await;
    let found = root.client.get("/admin/audit/verify").await.ok();
    assert_eq!(found["intact"], false, "{found}");
    assert!(shape::text(&found["firstBad"]).starts_with("leaf 333: "), "{found}");
}

/// A round looks at 20 000 events.
async fn housekeeping_goes_through_a_long_one_in_several_rounds(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    service.append_events(20_200);
    service.tick().await;
    let verified = async || {
        service.advance(Duration::from_secs(3_660));
        for _ in 0..3 {
            service.tick().await;
        }
        root.client.get("/admin/audit/verify").await.ok()
    };
    let found = verified().await;
    assert_eq!(found["intact"], true, "{found}");
    assert!(found["to"].as_u64().expect("a size") >= 20_200, "{found}");
    service.sql("UPDATE security_events SET ip_address = '192.0.2.8' WHERE leaf = 20100");
    let found = verified().await;
    assert!(shape::text(&found["firstBad"]).starts_with("leaf 20100: "), "{found}");
}

async fn what_was_erased_is_not_altered(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let root = service.administrator().await;
    let ana = service.someone().await;
    service.tick().await;
    service.operate(&["user", "erase", "ana@example.org"]).done();
    service.tick().await;
    let bare = "salt IS NULL AND leaf IS NOT NULL";
    let last = format!(
        "SELECT max(leaf) FROM security_events WHERE {bare} AND user_id = '{}'",
        shape::text(&ana.user["id"])
    );
    let range = format!("/admin/audit/verify?from=0&to={}", service.number(&last) + 1);
    let found = root.client.get(&range).await.ok();
    assert_eq!(found["intact"], true, "{found}");
    // Bare without an erasure is.
    service.sql(
        "UPDATE security_events SET ip_address = NULL, user_agent = NULL, metadata = NULL, salt = NULL
         WHERE leaf = (SELECT min(leaf) FROM security_events WHERE salt IS NOT NULL)",
    );
    assert_eq!(root.client.get(&range).await.ok()["intact"], false);
}

async fn another_key_takes_over(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let root = service.administrator().await;
    service.tick().await;
    let old: VerifierKey = service.operate(&["audit", "key"]).done().trim().parse().expect("a key");
    let first = checkpoint(&root.client).await.0;
    assert!(first.is_signed_by(&old));
    let new: VerifierKey = service.operate(&["audit", "rotate-key"]).done().trim().parse().expect("a key");
    assert_ne!(old, new);
    assert_eq!(service.operate(&["audit", "key"]).done().trim(), new.to_string());
    for key in [&old, &new] {
        assert_eq!(service.copy().verify(Some(key.clone()), None).finding, None, "at once");
    }
    service.append_events(3);
    service.tick().await;
    let note = checkpoint(&root.client).await.0;
    assert!(note.is_signed_by(&new) && !note.is_signed_by(&old));
    // The old key signed for the new one, so that whoever knows either is content.
    for key in [old, new] {
        let report = service.copy().verify(Some(key), None);
        assert_eq!(report.finding, None);
    }
    let stranger: VerifierKey =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().expect("a key");
    let report = service.copy().verify(Some(stranger), None);
    assert!(report.finding.expect("a finding").contains("not signed by the key that was given"));
}

async fn old_events_are_dropped_and_the_rest_still_proven(stage: Stage) {
    let mut service = stage.with("audit_retention_days", "30").start().await;
    let root = service.administrator().await;
    service.append_events(600);
    service.tick().await;
    let old = checkpoint(&root.client).await.1;
    service.advance(Duration::from_secs(31 * 86_400));
    service.append_events(300);
    service.tick().await;
    service.tick().await;
    assert_eq!(
        service.number("SELECT min(leaf) FROM security_events"),
        512,
        "whole tiles below the old checkpoint"
    );
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE event_type = 'events_pruned'"), 1);
    let copy = service.copy();
    let report = copy.verify(None, None);
    assert_eq!((report.finding, report.leaves.start), (None, 512));
    // Without the event that says so they would be missing.
    assert!(copy.edit("UPDATE security_events SET metadata = '{}' WHERE event_type = 'events_pruned'") == 1);
    assert!(copy.verify(None, None).finding.expect("a finding").contains("leaf 0: the event was removed"));
    service.restart().await;
    let root = service.sign_in("root@example.org").await;
    let new = checkpoint(&root.client).await.1;
    let proof = root.client.get(&format!("/admin/audit/proof?from={}&to={}", old.size, new.size)).await.ok();
    assert!(verify_consistency(old.size, &old.root, new.size, &new.root, &path(&proof)), "{proof}");
    service.advance(Duration::from_secs(3_600));
    service.tick().await;
    let found = root.client.get("/admin/audit/verify").await.ok();
    assert_eq!((&found["intact"], &found["from"]), (&Value::Bool(true), &Value::from(512)), "{found}");
    root.client.get("/admin/audit/verify?from=0&to=600").await.refused("VALIDATION_FAILED");
}

//! What a row says of itself is not believed: a place in the tree, an author, an age, a count. Whoever can write any row, and has
//! neither the secret nor a key, gets nothing dropped, destroyed, hidden or called intact.

use crate::{
    scenarios,
    service::{Copy, Service, Stage},
    shape,
};
use serde_json::{Value, json};
use std::time::Duration;

scenarios![
    a_place_beyond_the_tree_prunes_nothing needs Clock Sqlite,
    a_place_beyond_the_tree_erases_nothing needs Commands Sqlite,
    a_place_that_is_taken_in_advance_is_given_up needs Sqlite,
    a_row_in_a_dropped_place_is_inserted needs Clock Sqlite,
    events_under_an_unknown_secret_hold_nobody_up needs Clock Sqlite,
    events_under_an_unknown_secret_show_in_the_lag needs Clock Management Sqlite,
    odd_rows_hold_nobody_up needs Sqlite,
    rows_as_long_as_they_may_be_hold_nobody_up needs Sqlite,
    a_row_of_another_owner_is_not_erased needs Commands,
    an_event_of_another_tree_tells_nothing needs Clock Files Sqlite,
    a_forged_verification_is_not_told needs Clock Sqlite,
    a_checkpoint_copied_into_an_older_state_proves_nothing needs Clock Files Sqlite,
    numbers_that_overflow_hold_nobody_up needs Sqlite,
    another_holder_in_the_future_does_not_stop_housekeeping needs Clock Sqlite,
];

/// Inserts a row as somebody does who knows the format and no secret; `leaf` is where it says that it stands.
fn insert(service: &Service, id: u32, event_type: &str, metadata: &str, leaf: &str, mac: &str) {
    service.sql(&format!(
        "INSERT INTO security_events (id, event_type, metadata, created_at, salt, details_digest, leaf, leaf_hash, mac)
         SELECT '01900000-0000-7000-8000-ff{id:010x}', '{event_type}', '{metadata}', created_at, salt, details_digest,
                {leaf}, CASE WHEN {leaf} IS NOT NULL THEN leaf_hash END, {mac}
         FROM security_events WHERE leaf = 10"
    ));
}

const UNKNOWN_SECRET: &str = "CAST(x'00000063' || zeroblob(32) AS BLOB)";

/// Events that wait to be sealed; not the one that tells of the others, which comes last.
const WAITING: &str = "SELECT count(*) FROM security_events WHERE leaf IS NULL AND mac IS NOT NULL AND event_type IS NOT 'events_forged'";

/// Appends events, and has them sealed.
async fn sealed(service: &Service, count: u32) -> Copy {
    service.tick().await;
    service.append_events(count);
    service.tick().await;
    service.copy()
}

fn newest(copy: &Copy) -> String {
    copy.text("SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1")
}

async fn a_place_beyond_the_tree_prunes_nothing(stage: Stage) {
    let service = stage.start().await;
    sealed(&service, 600).await;
    insert(&service, 1, "events_pruned", r#"{"below":512}"#, "1000000000000", "NULL");
    service.sql("UPDATE audit_seals SET sealed_at = 0");
    for _ in 0..3 {
        service.advance(Duration::from_secs(3_600));
        service.append_events(1);
        service.tick().await;
    }
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE leaf < 600"), 600);
    assert!(service.number("SELECT count(*) FROM audit_seals") > 1);
    assert_eq!(service.number(WAITING), 0);
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged'
                AND json_extract(metadata, '$.events[0]') LIKE '01900000-%-ff0000000001'";
    assert_eq!(service.number(told), 1);
}

async fn a_place_beyond_the_tree_erases_nothing(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    sealed(&service, 300).await;
    let id = shape::text(&ana.user["id"]);
    insert(&service, 1, "details_erased", r#"{"leaves":[[0,299]],"root":""}"#, "1000000000000", "NULL");
    insert(&service, 2, "logout", "{}", "1000000000001", "NULL");
    service.sql(&format!("UPDATE security_events SET user_id = '{id}' WHERE leaf = 1000000000001"));
    service.operate(&["user", "erase", "ana@example.org"]).done();
    let bare = "SELECT count(*) FROM security_events WHERE salt IS NULL AND user_id IS NOT '";
    assert_eq!(service.number(&format!("{bare}{id}'")), 0, "nobody else's");
    let copy = service.copy();
    copy.edit("UPDATE security_events SET ip_address = NULL, user_agent = NULL, metadata = NULL, salt = NULL WHERE leaf = 100");
    assert!(copy.verify(None, None).finding.expect("a finding").contains("leaf 100"));
}

async fn a_place_that_is_taken_in_advance_is_given_up(stage: Stage) {
    let service = stage.start().await;
    sealed(&service, 300).await;
    let size = service.number("SELECT size FROM audit_tree");
    insert(&service, 1, "logout", "{}", &size.to_string(), "NULL");
    service.sql("INSERT INTO audit_tiles (level, position, hash) VALUES (1, 1, zeroblob(32))");
    for ahead in [1, 300, 1_000_000] {
        service.sql(&format!(
            "INSERT INTO audit_seals (size, note, sealed_at) VALUES ({size} + {ahead}, 'none', 0)"
        ));
    }
    service.append_events(300);
    service.tick().await;
    assert_eq!(service.number("SELECT size FROM audit_tree"), size + 300);
    service.sql("DELETE FROM audit_seals WHERE note = 'none'");
    let finding = service.copy().verify(None, None).finding.expect("a finding");
    assert!(finding.starts_with("event 01900000-") && finding.contains("did not write it"), "{finding}");
}

async fn a_row_in_a_dropped_place_is_inserted(stage: Stage) {
    let service = stage.with("audit_retention_days", "30").start().await;
    sealed(&service, 600).await;
    service.advance(Duration::from_secs(31 * 86_400));
    sealed(&service, 10).await;
    service.tick().await;
    service.tick().await;
    assert_eq!(service.number("SELECT min(leaf) FROM security_events"), 512);
    let sound = service.copy();
    assert_eq!(sound.verify(None, None).finding, None);
    let row = "INSERT INTO security_events (id, event_type, metadata, created_at, salt, details_digest, leaf, leaf_hash)
               SELECT '01900000-0000-7000-8000-ff0000000001', 'logout', metadata, created_at, salt, details_digest, 5, leaf_hash
               FROM security_events WHERE leaf = 520";
    let copy = sound.again();
    copy.edit(row);
    let finding = copy.verify(None, None).finding.expect("a finding");
    assert!(finding.starts_with("leaf 5: ") && finding.contains("was inserted"), "{finding}");
    service.sql(row);
    service.tick().await;
    service.tick().await;
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged'";
    assert_eq!(service.number(told), 1);
    assert_eq!(service.number("SELECT min(leaf) FROM security_events"), 512, "it has lost its place");
}

async fn events_under_an_unknown_secret_hold_nobody_up(stage: Stage) {
    let service = stage.start().await;
    sealed(&service, 300).await;
    for n in 0..600 {
        insert(&service, n, "logout", "{}", "NULL", UNKNOWN_SECRET);
    }
    // Some of them come first, and some last.
    service.sql("UPDATE security_events SET id = replace(id, '01900000', 'ff900000') WHERE leaf IS NULL AND id LIKE '%0'");
    sealed(&service, 5).await;
    assert_eq!(service.number(WAITING), 600, "and nothing else");
    service.advance(Duration::from_secs(9 * 60));
    // The moved clock wakes the server's own housekeeping, too. While that works, the clock must not be moved.
    service.tick().await;
    service.tick().await;
    assert_eq!(service.number(WAITING), 600, "their secret may still come");
    // What the rows say of their age is nobody's.
    service.sql("UPDATE security_events SET created_at = 9000000000000 WHERE leaf IS NULL");
    service.advance(Duration::from_secs(61));
    service.tick().await;
    service.tick().await;
    assert_eq!(service.number(WAITING), 0);
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged' AND leaf IS NOT NULL
                AND json_extract(metadata, '$.count') = 600";
    assert_eq!(service.number(told), 1);
}

async fn events_under_an_unknown_secret_show_in_the_lag(stage: Stage) {
    let service = stage.start().await;
    sealed(&service, 300).await;
    insert(&service, 1, "logout", "{}", "NULL", UNKNOWN_SECRET);
    service.sql("UPDATE security_events SET created_at = 9000000000000 WHERE leaf IS NULL");
    let lag = async || {
        let text = service.metrics().await.text;
        let value = text.lines().find_map(|line| line.strip_prefix("mana_auth_audit_seal_lag_seconds "));
        value.expect("a lag").parse::<f64>().expect("a number")
    };
    service.tick().await;
    service.advance(Duration::from_secs(5 * 60));
    service.tick().await;
    assert!(lag().await >= 299.0, "{}", lag().await);
    service.advance(Duration::from_secs(6 * 60));
    service.tick().await;
    service.tick().await;
    assert!(lag().await < 1.0, "{}", lag().await);
}

/// Ids that are none, text that is no UTF-8, what is longer than an answer of the database, and metadata that is no JSON.
/// A batch of them is more than one answer of the database holds.
async fn rows_as_long_as_they_may_be_hold_nobody_up(stage: Stage) {
    let service = stage.start().await;
    sealed(&service, 20).await;
    service.sql(
        r#"INSERT INTO security_events (id, event_type, metadata, created_at, salt, details_digest, mac)
           WITH RECURSIVE rows (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM rows WHERE n < 199)
           SELECT printf('01900000-0000-7000-8000-ff%010x', n), event_type, '{"text":"' || hex(zeroblob(30000)) || '"}',
                  created_at, salt, details_digest, CAST(x'00000001' || zeroblob(32) AS BLOB)
           FROM rows, security_events WHERE leaf = 10"#,
    );
    service.append_events(1);
    service.tick().await;
    assert_eq!(service.number(WAITING), 0);
}

async fn odd_rows_hold_nobody_up(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    sealed(&service, 300).await;
    let database = service.database();
    database.pragma_update(None, "ignore_check_constraints", true).expect("as anybody may");
    for (n, (column, value)) in [
        ("id", "''"),
        ("id", "char(0)"),
        ("id", "CAST(x'ff' || zeroblob(35) AS TEXT)"),
        ("id", "upper('abcdefab-0000-7000-8000-000000000001')"),
        ("metadata", "'no JSON'"),
        ("metadata", "CAST(zeroblob(9000000) AS TEXT)"),
        ("metadata", "CAST(x'ff' AS TEXT)"),
        ("event_type", "CAST(x'ff' AS TEXT)"),
        ("user_id", "CAST(zeroblob(9000000) AS TEXT)"),
        ("user_agent", "CAST(x'c3' AS TEXT)"),
        ("details_digest", "x'00'"),
        ("salt", "zeroblob(9000000)"),
        ("salt", "NULL"),
        ("created_at", "9223372036854775807"),
        ("created_at", "-9223372036854775808"),
        ("mac", "x''"),
        ("mac", "zeroblob(9000000)"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("'ff900000-0000-7000-8000-{n:012x}'");
        let values = [
            "id",
            "event_type",
            "user_id",
            "user_agent",
            "metadata",
            "created_at",
            "salt",
            "details_digest",
            "mac",
        ]
        .map(|name| match name {
            _ if name == column => value.to_owned(),
            "id" => id.clone(),
            "mac" => "CAST(x'00000001' || zeroblob(32) AS BLOB)".to_owned(),
            name => name.to_owned(),
        });
        let sql = format!(
            "INSERT INTO security_events (id, event_type, user_id, user_agent, metadata, created_at, salt, details_digest, mac)
             SELECT {} FROM security_events WHERE leaf = 10",
            values.join(", ")
        );
        database.execute(&sql, []).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    sealed(&service, 5).await;
    let left = "SELECT count(*) FROM security_events WHERE leaf IS NULL AND source = 'billing'";
    assert_eq!(service.number(left), 0);
    service.tick().await;
    let told = "SELECT count(*) FROM security_events WHERE event_type = 'events_forged'
                AND json_extract(metadata, '$.count') = 17";
    assert_eq!(service.number(told), 1);
    assert_eq!(root.client.get("/admin/security-events?limit=200").await.status, 200);
    assert_eq!(root.client.get("/admin/security-events/summary").await.status, 200);
    assert_eq!(root.client.get("/admin/failed-logins").await.status, 200);
}

async fn a_row_of_another_owner_is_not_erased(stage: Stage) {
    let service = stage.at_system_time().start().await;
    let ana = service.someone().await;
    let eve = service.someone_else().await;
    service.tick().await;
    let (ana, eve) = (shape::text(&ana.user["id"]), shape::text(&eve.user["id"]));
    // Eve's events are made to look like Ana's, who asks for erasure; then they are given back.
    let moved = service.sql(&format!("UPDATE security_events SET user_id = '{ana}' WHERE user_id = '{eve}'"));
    assert!(moved > 0);
    service.operate(&["user", "erase", "ana@example.org"]).not_done();
    let bare = format!("SELECT count(*) FROM security_events WHERE user_id = '{ana}' AND salt IS NULL");
    assert!(service.number(&bare) > 0, "Ana's own are");
    let left = format!(
        "SELECT count(*) FROM security_events WHERE user_id = '{ana}' AND salt IS NOT NULL AND event_type <> 'details_erased'"
    );
    assert_eq!(usize::try_from(service.number(&left)), Ok(moved), "none of Eve's is destroyed");
}

/// An event that was written before the database was put back to an older state speaks of leaves that others have now.
async fn an_event_of_another_tree_tells_nothing(stage: Stage) {
    let mut service = stage.with("audit_retention_days", "30").start().await;
    let old = sealed(&service, 100).await;
    sealed(&service, 500).await;
    // Somebody keeps the row as it is before it is sealed: it bears the service's MAC.
    let columns = "id, event_type, metadata, created_at, salt, details_digest, mac";
    service.sql(&format!("CREATE TABLE kept AS SELECT {columns} FROM security_events WHERE 0"));
    service.sql(&format!(
        "CREATE TRIGGER keep AFTER INSERT ON security_events WHEN new.event_type = 'events_pruned'
         BEGIN INSERT INTO kept SELECT {columns} FROM security_events WHERE id = new.id; END"
    ));
    service.advance(Duration::from_secs(31 * 86_400));
    service.tick().await;
    let pruned = "SELECT count(*) FROM security_events WHERE event_type = 'events_pruned'";
    let lost = service.copy();
    assert_eq!(lost.number("SELECT count(*) FROM kept"), 1);
    service.restore(&old.path()).await;
    sealed(&service, 600).await;
    assert_eq!(service.number(pruned), 0);
    let database = service.database();
    database.execute("ATTACH ?1 AS lost", [lost.path().to_string_lossy()]).expect("the lost state");
    let sql = format!("INSERT INTO security_events ({columns}) SELECT {columns} FROM lost.kept");
    assert_eq!(database.execute(&sql, []), Ok(1));
    for _ in 0..3 {
        service.tick().await;
    }
    assert_eq!(service.number(&format!("{pruned} AND leaf IS NOT NULL")), 1, "the service has written it");
    assert_eq!(service.number("SELECT min(leaf) FROM security_events"), 0, "and not of this tree");
}

async fn a_forged_verification_is_not_told(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    sealed(&service, 400).await;
    service.sql("UPDATE security_events SET ip_address = '192.0.2.8' WHERE leaf = 333");
    service.advance(Duration::from_secs(3_601));
    service.tick().await;
    let found = root.client.get("/admin/audit/verify").await.ok();
    assert_eq!(found["intact"], false, "{found}");
    // The time that has passed also wakes the host's own housekeeping, once: it may write over the first forgery.
    let mut told = Value::Null;
    for _ in 0..2 {
        service.sql("UPDATE audit_verification SET first_bad = NULL, verified_at = verified_at + 1000");
        let answer = root.client.get("/admin/audit/verify").await;
        if answer.status == 404 {
            told = answer.refused("NOT_FOUND")["error"].clone();
            break;
        }
        assert_eq!(answer.ok()["intact"], false);
    }
    assert_eq!(told, "NOT_FOUND");
    // Nor is it talked into having come by what it has not.
    let size = service.number("SELECT size FROM audit_tree");
    service.sql(&format!(
        "UPDATE audit_verification SET from_leaf = 0, size = {size}, frontier = (SELECT frontier FROM audit_tree), first_bad = NULL"
    ));
    service.tick().await;
    let found = root.client.get("/admin/audit/verify").await.ok();
    assert_eq!(found["intact"], false, "{found}");
    assert!(shape::text(&found["firstBad"]).starts_with("leaf 333: "), "{found}");
}

async fn a_checkpoint_copied_into_an_older_state_proves_nothing(stage: Stage) {
    let mut service = stage.start().await;
    let old = sealed(&service, 300).await;
    let origin = old.text("SELECT origin FROM audit_tree");
    let new = sealed(&service, 20).await;
    let size = new.number("SELECT size FROM audit_tree");
    old.edit(&format!(
        "INSERT INTO audit_seals (size, note, sealed_at) VALUES ({size}, '{}', 0)",
        newest(&new)
    ));
    service.restore(&old.path()).await;
    service.append_events(2);
    service.tick().await;
    let copy = service.copy();
    assert_ne!(copy.text("SELECT origin FROM audit_tree"), origin, "it goes on under another name");
    assert_eq!(
        copy.number(
            "SELECT count(*) FROM security_events WHERE event_type = 'audit_begun' AND leaf IS NOT NULL"
        ),
        2
    );
}

async fn numbers_that_overflow_hold_nobody_up(stage: Stage) {
    let service = stage.start().await;
    let root = service.administrator().await;
    sealed(&service, 300).await;
    service.sql("UPDATE audit_hours SET count = 9223372036854775807");
    service.sql(
        "INSERT INTO counted_events (event_type, why, count, since, until)
         VALUES ('login_failure', 'lost', 9223372036854775807, -9223372036854775808, 9223372036854775807),
                ('login_failure', 'coalesced', -5, 9223372036854775807, 0), (CAST(x'ff' AS TEXT), 'lost', 1, 0, 0),
                ('account_deleted', 'coalesced', 7, 0, 0)",
    );
    let wrong = json!({ "email": "root@example.org", "password": crate::service::OTHER_PASSWORD });
    service.client().post("/login", wrong).await.refused("INVALID_CREDENTIALS");
    sealed(&service, 5).await;
    assert_eq!(service.number(WAITING), 0);
    assert_eq!(
        service.number("SELECT count(*) FROM security_events WHERE event_type = 'account_deleted'"),
        0
    );
    let summary: Value = root.client.get("/admin/security-events/summary").await.ok();
    assert!(summary["byType"].is_array(), "{summary}");
}

async fn another_holder_in_the_future_does_not_stop_housekeeping(stage: Stage) {
    let service = stage.start().await;
    sealed(&service, 300).await;
    service.sql("UPDATE leases SET expires_at = 9223372036854775807, done_at = 9223372036854775807");
    sealed(&service, 5).await;
    assert_eq!(service.number(WAITING), 0);
}

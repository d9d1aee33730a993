//! Which key signs: what was signed decides, and no row of the keys. One that was replaced, perhaps because somebody else has it, must not
//! be made to sign again.

use crate::{
    scenarios,
    service::{Service, Stage},
};
use mana_auth_audit::{Checkpoint, Note, VerifierKey};

scenarios![
    a_key_that_was_replaced_signs_nothing_any_more needs Commands Sqlite,
    of_two_replacements_the_last_signs needs Commands Sqlite,
    a_state_of_before_a_replacement_goes_on_under_another_name needs Commands Clock Sqlite,
];

fn key(service: &Service, arguments: &[&str]) -> VerifierKey {
    service.operate(arguments).done().trim().parse().expect("a key")
}

/// Who signed the newest checkpoint, once there is another.
#[track_caller]
fn newest(service: &Service) -> Note {
    let note = service.copy().text("SELECT note FROM audit_seals ORDER BY size DESC LIMIT 1");
    Note::parse(&note).expect("a signed note")
}

/// Has more signed; by whom.
async fn sign(service: &Service) -> Note {
    let size = service.number("SELECT size FROM audit_tree");
    service.append_events(3);
    service.tick().await;
    assert!(service.number("SELECT size FROM audit_tree") >= size + 3, "nothing was signed");
    newest(service)
}

/// Edits as anybody may, whom no foreign key holds up.
fn edit(service: &Service, sql: &str) {
    let database = service.database();
    database.pragma_update(None, "foreign_keys", false).expect("no foreign keys");
    assert!(database.execute(sql, []).unwrap_or_else(|error| panic!("{sql}: {error}")) > 0, "{sql}");
}

async fn a_key_that_was_replaced_signs_nothing_any_more(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.append_events(10);
    service.tick().await;
    let old = key(&service, &["audit", "key"]);
    assert!(newest(&service).is_signed_by(&old));
    let new = key(&service, &["audit", "rotate-key"]);
    assert!(newest(&service).is_signed_by(&new), "at once");
    let first = "(SELECT min(id) FROM audit_keys)";
    for sql in [
        format!("UPDATE audit_tree SET key_id = {first}"),
        format!("UPDATE audit_keys SET id = 1000, created_at = 9000000000000 WHERE id = {first}"),
        // And what tells of the other is altered, or removed.
        format!(
            "UPDATE security_events SET metadata = json_set(metadata, '$.key', '{old}') WHERE event_type = 'audit_key_rotated'"
        ),
        "DELETE FROM security_events WHERE event_type = 'audit_key_rotated'".to_owned(),
    ] {
        edit(&service, &sql);
        let note = sign(&service).await;
        assert!(note.is_signed_by(&new) && !note.is_signed_by(&old), "{sql}");
        assert_eq!(key(&service, &["audit", "key"]), new, "{sql}");
    }
}

async fn of_two_replacements_the_last_signs(stage: Stage) {
    let service = stage.at_system_time().start().await;
    service.tick().await;
    let first = key(&service, &["audit", "key"]);
    let second = key(&service, &["audit", "rotate-key"]);
    sign(&service).await;
    let third = key(&service, &["audit", "rotate-key"]);
    let note = sign(&service).await;
    assert!(note.is_signed_by(&third) && !note.is_signed_by(&second) && !note.is_signed_by(&first));
    for known in [first, second, third] {
        assert_eq!(service.copy().verify(Some(known), None).finding, None);
    }
}

async fn a_state_of_before_a_replacement_goes_on_under_another_name(stage: Stage) {
    let mut service = stage.at_system_time().start().await;
    let name = |note: &Note| Checkpoint::parse(note.text()).expect("a checkpoint").origin;
    service.tick().await;
    let first = sign(&service).await;
    let old = service.copy();
    let new = key(&service, &["audit", "rotate-key"]);
    let second = sign(&service).await;
    assert!(second.is_signed_by(&new) && name(&second) == name(&first));
    // The checkpoints outside are signed by a key that this state does not know.
    service.restore(&old.path()).await;
    let third = sign(&service).await;
    assert_ne!(name(&third), name(&first), "two histories have one name");
    assert_eq!(service.number("SELECT count(*) FROM security_events WHERE event_type = 'audit_begun'"), 2);
    let fourth = sign(&service).await;
    assert_eq!(name(&fourth), name(&third), "once is enough");
}

//! The audit log, from both sides: as an administrator reads it, and as whoever has a copy verifies it.

use super::{Person, Service};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use mana_auth::{
    audit_log::{self, Report, Verification},
    clock::{Clock as _, SystemClock},
};
use mana_auth_audit::{Details, Leaf, VerifierKey};
use rusqlite::{Connection, TransactionBehavior::Immediate, params};
use sha2::Sha256;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A copy of the database, to be edited by hand.
pub struct Copy {
    folder: TempDir,
}

impl Service {
    /// An administrator, signed in.
    pub async fn administrator(&self) -> Person {
        self.register("root@example.org").await;
        self.sql("UPDATE users SET role = 'admin' WHERE email = 'root@example.org'");
        self.sign_in("root@example.org").await
    }

    /// Someone else who has just registered and signed in.
    pub async fn someone_else(&self) -> Person {
        self.register("eve@example.org").await;
        self.sign_in("eve@example.org").await
    }

    /// From now on the database refuses events that this holds of (`NEW.metadata …`; `TRUE`: all).
    pub fn refuse_events(&self, condition: &str) {
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON security_events";
        match self.runner.postgres() {
            Some(postgres) => {
                postgres.change("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$no$$; END'");
                postgres
                    .change(&format!("{refuse} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse()"));
            }
            None => {
                self.sql(&format!("{refuse} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'no'); END"));
            }
        }
    }

    /// Accepts them again.
    pub fn accept_events(&self) {
        match self.runner.postgres() {
            Some(postgres) => {
                postgres.change("DROP TRIGGER refuse ON security_events");
                postgres.change("DROP FUNCTION refuse()");
            }
            None => {
                self.sql("DROP TRIGGER refuse");
            }
        }
    }

    /// The folder that the service keeps its data in.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Runs maintenance, which does not complete.
    pub async fn tick_fails(&self) {
        let answer = self
            .client()
            .post("/maintenance", serde_json::json!({}))
            .bearer(crate::runner::MAINTENANCE)
            .await;
        assert_ne!(answer.status, 200, "{answer}");
    }

    /// A copy of the database as it is now.
    pub fn copy(&self) -> Copy {
        let copy = Copy { folder: TempDir::new().expect("a folder") };
        self.database().execute("VACUUM INTO ?1", [copy.path().to_string_lossy()]).expect("a copy");
        copy
    }

    /// Appends many events, as if another component had recorded them.
    pub fn append_events(&self, count: u32) {
        let now = self.runner.clock().map_or_else(|| SystemClock::default().now(), |clock| clock.now());
        append_events(&mut self.database(), &self.settings["secrets"], count, now.cast_signed());
    }
}

/// Appends many events at a moment, as if another component had recorded them.
pub fn append_events(database: &mut Connection, secrets: &str, count: u32, at: i64) {
    let change = database.transaction_with_behavior(Immediate).expect("a transaction");
    let before = change.query_row("SELECT count(*) FROM security_events", [], |row| row.get(0));
    let before: i64 = before.expect("a number");
    for n in 0..count {
        let metadata = format!("{{\"n\":{n}}}");
        let details = Details { ip_address: Some("192.0.2.7"), user_agent: None, metadata: Some(&metadata) };
        let salt = [u8::try_from(n % 251).expect("a byte"); 32];
        let id = format!("01900000-0000-7000-8000-{:012x}", i64::from(n) + before * 65536);
        let digest = details.digest(&salt);
        let leaf = Leaf {
            index: 0,
            id: &id,
            user_id: None,
            event_type: "card_added",
            source: Some("billing"),
            created_at: at + i64::from(n),
            details: &digest,
        };
        change
            .execute(
                "INSERT INTO security_events
                     (id, event_type, source, ip_address, metadata, created_at, salt, details_digest, mac)
                 VALUES (?1, 'card_added', 'billing', '192.0.2.7', ?2, ?3, ?4, ?5, ?6)",
                params![id, metadata, leaf.created_at, salt, digest, mac(secrets, &leaf)],
            )
            .expect("an event");
    }
    change.commit().expect("a commit");
}

/// The MAC that the service puts behind an event: whoever has the secret can make it.
fn mac(secrets: &str, leaf: &Leaf<'_>) -> Vec<u8> {
    let newest = secrets.split(',').next().expect("a secret");
    let (version, secret) = newest.split_once(':').expect("a version");
    let secret = URL_SAFE_NO_PAD.decode(secret).expect("base64url");
    let mut mac = version.parse::<u32>().expect("a version").to_be_bytes().to_vec();
    let mut bytes = [0; 32];
    let info: [&[u8]; 2] = [b"mana-auth/audit-event/v1\0", &leaf.hash()];
    Hkdf::<Sha256>::new(None, &secret).expand_multi_info(&info, &mut bytes).expect("32 bytes");
    mac.extend_from_slice(&bytes);
    mac
}

impl Copy {
    /// The file.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("auth.db")
    }

    /// The folder that it is in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Another copy of it.
    pub fn again(&self) -> Self {
        let copy = Self { folder: TempDir::new().expect("a folder") };
        std::fs::copy(self.path(), copy.path()).expect("a copy");
        copy
    }

    /// Edits it by hand; returns how many rows the last statement changed.
    #[track_caller]
    pub fn edit(&self, sql: &str) -> u64 {
        let database = Connection::open(self.path()).expect("the copy");
        database.pragma_update(None, "foreign_keys", false).expect("no foreign keys");
        database.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        database.changes()
    }

    /// One number from it.
    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        let database = Connection::open(self.path()).expect("the copy");
        database.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// One text from it.
    #[track_caller]
    pub fn text(&self, sql: &str) -> String {
        let database = Connection::open(self.path()).expect("the copy");
        database.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Notes the hash of an event anew, as whoever knows how it is made can.
    pub fn note_anew(&self, leaf: u64) {
        let database = Connection::open(self.path()).expect("the copy");
        let sql = "SELECT id, user_id, event_type, source, created_at, details_digest FROM security_events WHERE leaf = ?1";
        let hash = database.query_row(sql, [leaf.cast_signed()], |row| {
            let (id, user_id, event_type): (String, Option<String>, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let source: Option<String> = row.get(3)?;
            let details: [u8; 32] = row.get(5)?;
            let leaf = Leaf {
                index: leaf,
                id: &id,
                user_id: user_id.as_deref(),
                event_type: &event_type,
                source: source.as_deref(),
                created_at: row.get(4)?,
                details: &details,
            };
            Ok(leaf.hash())
        });
        let hash = hash.expect("the event");
        let set = "UPDATE security_events SET leaf_hash = ?2 WHERE leaf = ?1";
        assert_eq!(database.execute(set, params![leaf.cast_signed(), hash]), Ok(1));
    }

    /// Goes through it.
    pub fn verify(&self, key: Option<VerifierKey>, checkpoint: Option<String>) -> Report {
        self.verify_against(key, checkpoint.as_slice(), false)
    }

    /// Goes through it, with checkpoints from outside; `restored`: it may have been put back, where it says so.
    pub fn verify_against(&self, key: Option<VerifierKey>, outside: &[String], restored: bool) -> Report {
        let mut notes = outside.iter().cloned().map(Ok);
        let with = Verification { key, checkpoints: Some(&mut notes), restored, older: false, export: None };
        let copy = audit_log::Copy::open(&self.path()).expect("a database");
        audit_log::verify(&copy, with).unwrap_or_else(|error| panic!("it can't be verified: {error}"))
    }
}

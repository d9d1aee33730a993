//! A log to be attacked: a tile that was dropped, events whose details were erased, several checkpoints, a key that was replaced, and
//! some events that wait.

use crate::service::{PUBLIC_URL, SECRET, append_events};
use mana_auth::{
    Instance, Server, bindings::exports::mana::auth::audit::NewEvent, clock::TestClock, config::Config,
    random::SeededRandom,
};
use mana_auth_audit::VerifierKey;
use rusqlite::Connection;
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;

/// The first leaf that was not dropped.
pub const BELOW: u64 = 256;
const USER: &str = "01900000-0000-7000-8000-00000000face";

/// The log, as bytes of a database file.
pub struct Prepared {
    pub bytes: Vec<u8>,
    pub key: VerifierKey,
    /// The one that signed before it.
    pub replaced: VerifierKey,
    /// The checkpoints that were kept outside.
    pub notes: Vec<String>,
    /// When it was made, in milliseconds.
    pub at: u64,
}

/// An instance of the component on a folder, and its clock.
pub async fn instance(data: &Path, at: u64) -> (Instance, Arc<TestClock>) {
    let folder = data.to_str().expect("a path in UTF-8");
    let config = Config::from_pairs([
        ("secrets", SECRET),
        ("public_url", PUBLIC_URL),
        ("audit_retention_days", "30"),
        ("data", folder),
    ]);
    let clock = Arc::new(TestClock::new(at));
    let builder = Server::builder().config(config.expect("settings")).clock(clock.clone());
    let instance = builder.random(Arc::new(SeededRandom::new(at))).instance().await;
    (instance.expect("an instance"), clock)
}

/// Runs housekeeping; whether it completed. A trap is none of the ways to end.
pub async fn keep_house(instance: &mut Instance) -> bool {
    let run = instance.run(async |accessor, auth| auth.mana_auth_maintenance().call_run(accessor, 0).await);
    run.await.expect("no trap").is_ok()
}

/// Records an event, as another component does; its id, where that is possible.
pub async fn record(instance: &mut Instance, user: Option<&str>) -> Option<String> {
    let event = NewEvent {
        event_type: "card_added".to_owned(),
        user_id: user.map(ToOwned::to_owned),
        ip_address: Some("192.0.2.9".to_owned()),
        user_agent: Some("till/1".to_owned()),
        metadata: "{}".to_owned(),
    };
    let source = "billing".to_owned();
    let record = instance
        .run(async |accessor, auth| auth.mana_auth_audit().call_record(accessor, source, event).await);
    record.await.expect("no trap").ok()
}

impl Prepared {
    pub async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("auth.db");
        let (mut instance, clock) = instance(folder.path(), 1_767_225_600_000).await;
        instance.start(true).await.expect("a start");
        let append = |count| {
            let mut database = Connection::open(&path).expect("the database");
            append_events(&mut database, SECRET, count, mana_auth::clock::Clock::now(&*clock).cast_signed());
        };
        append(295);
        assert!(keep_house(&mut instance).await);
        clock.advance(Duration::from_secs(31 * 86_400));
        for _ in 0..5 {
            record(&mut instance, Some(USER)).await.expect("it is recorded");
        }
        append(200);
        for _ in 0..4 {
            assert!(keep_house(&mut instance).await);
            append(30);
        }
        let rotated =
            instance.run(async |accessor, auth| auth.mana_auth_audit().call_rotate_key(accessor).await);
        rotated.await.expect("no trap").expect("another key");
        let user = USER.to_owned();
        let erased = instance
            .run(async |accessor, auth| auth.mana_auth_audit().call_erase(accessor, user, None).await);
        assert_eq!(erased.await.expect("no trap").ok(), Some(5));
        clock.advance(Duration::from_secs(3_601));
        {
            // An event under an unknown secret, so that housekeeping notes since when it waits; and counts that are still to be told.
            let database = Connection::open(&path).expect("the database");
            let now = mana_auth::clock::Clock::now(&*clock);
            database
                .execute_batch(&format!(
                    "INSERT INTO security_events (id, event_type, created_at, salt, details_digest, mac)
                     VALUES ('01900000-0000-7000-8000-ff0000000000', 'logout', 0, zeroblob(32), zeroblob(32),
                             CAST(x'00000063' || zeroblob(32) AS BLOB));
                     INSERT INTO counted_events (event_type, why, count, since, until)
                     VALUES ('login_failure', 'coalesced', 3, {now}, {now}), ('token_refresh', 'coalesced', 5, {now}, {now})"
                ))
                .expect("rows");
        }
        assert!(keep_house(&mut instance).await);
        append(5);
        let keys = instance.run(async |accessor, auth| auth.mana_auth_audit().call_keys(accessor).await);
        let keys = keys.await.expect("no trap").expect("keys");
        let at = mana_auth::clock::Clock::now(&*clock);
        drop(instance);
        let copy = folder.path().join("copy.db");
        let database = Connection::open(&path).expect("the database");
        database.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).expect("a copy");
        let first: u64 = database
            .query_row("SELECT min(leaf) FROM security_events", [], |row| row.get(0))
            .expect("a leaf");
        assert_eq!(first, BELOW, "a tile was dropped");
        let mut statement =
            database.prepare("SELECT note FROM audit_seals ORDER BY size").expect("a statement");
        let notes = statement
            .query_map([], |row| row.get(0))
            .expect("notes")
            .map(|note| note.expect("a note"))
            .collect();
        let bytes = std::fs::read(&copy).expect("the copy");
        let [key, replaced] = &keys[..] else { panic!("two keys: {keys:?}") };
        let (key, replaced) = (key.parse().expect("a key"), replaced.parse().expect("a key"));
        Self { bytes, key, replaced, notes, at }
    }
}

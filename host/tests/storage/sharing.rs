//! More than one at the same file.

use crate::support::{Database, database, expect, insert, real_clock};
use mana_auth::storage::{Sqlite, SqliteOptions, Storage};
use std::sync::Arc;
use std::thread;

#[tokio::test(flavor = "multi_thread")]
async fn two_that_write_the_same_file_see_each_other() {
    let db = database().await;
    let other = Arc::new(Sqlite::open(SqliteOptions::new(&db.path), real_clock()).unwrap());
    let raise = || expect(1, "UPDATE t SET n = n + 1 WHERE id = 1", []);
    db.transact(vec![insert(1, "a"), expect(1, "UPDATE t SET n = 0", [])]).await.unwrap();
    let tasks = [&db.sqlite, &other].map(|sqlite| {
        let sqlite = Arc::clone(sqlite);
        tokio::spawn(async move {
            for _ in 0..50 {
                sqlite.transact(vec![raise()]).await.unwrap();
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(db.number("SELECT n FROM t").await, 100);
    // A schema that the other one changed does not confuse statements that are kept prepared.
    other.transact(vec![crate::support::change_of("ALTER TABLE t ADD COLUMN m INTEGER", [])]).await.unwrap();
    assert_eq!(db.query("SELECT * FROM t").await.unwrap().concat().len(), 4);
    db.transact(vec![raise()]).await.unwrap();
}

#[test]
fn many_may_open_a_new_file_at_once() {
    for _ in 0..20 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("auth.db");
        thread::scope(|scope| {
            let opening: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| Sqlite::open(SqliteOptions::new(&path), real_clock())))
                .collect();
            for thread in opening {
                thread.join().unwrap().unwrap();
            }
        });
    }
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart() {
    let Database { sqlite, path, directory } = database().await;
    sqlite.transact(vec![insert(1, "a")]).await.unwrap();
    drop(sqlite);
    assert!(!path.with_extension("db-wal").exists(), "closing empties the log");
    let sqlite = Sqlite::open(SqliteOptions::new(&path), real_clock()).unwrap();
    assert_eq!(sqlite.query("SELECT id FROM t", Vec::new()).await.unwrap().rows.len(), 1);
    drop(directory);
}

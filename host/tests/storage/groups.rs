//! Many batches, one commit.

use crate::support::{Database, Passing, change_of, database, database_with, expect, insert, text};
use futures::future::join_all;
use futures::poll;
use mana_auth::storage::{Conflict, Error, Statement, Storage, Value};
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

/// Runs batches as one group: the writer finds all of them waiting when it gets the lock.
async fn together(db: &Database, batches: Vec<Vec<Statement>>) -> Vec<Result<Vec<u64>, Error>> {
    let lock = db.lock();
    let mut pending: Vec<_> = batches.into_iter().map(|batch| Box::pin(db.transact(batch))).collect();
    for future in &mut pending {
        assert!(poll!(Pin::new(future)).is_pending());
    }
    drop(lock);
    join_all(pending).await
}

#[tokio::test]
async fn batches_that_wait_together_share_a_commit() {
    let db = database().await;
    let before = db.sqlite.counts().commits();
    let answers = together(&db, (0..50).map(|id| vec![insert(id, &id.to_string())]).collect()).await;
    assert!(answers.iter().all(|answer| matches!(answer.as_deref(), Ok([1]))), "{answers:?}");
    assert_eq!(db.sqlite.counts().commits() - before, 1);
    assert_eq!(db.number("SELECT count(*) FROM t").await, 50);
}

#[tokio::test]
async fn a_group_has_an_end() {
    let db = database().await;
    let before = db.sqlite.counts().commits();
    together(&db, (0..65).map(|id| vec![insert(id, &id.to_string())]).collect()).await;
    assert_eq!(db.sqlite.counts().commits() - before, 2);
}

#[tokio::test]
async fn a_batch_that_fails_leaves_the_others_alone() {
    let db = database().await;
    let before = db.sqlite.counts().commits();
    let unmet = expect(1, "DELETE FROM t WHERE id = 99", []);
    let answers = together(
        &db,
        vec![
            vec![insert(1, "a")],
            vec![insert(2, "b"), insert(3, "a")],
            vec![insert(4, "d"), unmet],
            vec![insert(5, "e"), change_of("nonsense", [])],
            // What a failed batch did can be done again, and what a good one did is seen.
            vec![insert(2, "b"), expect(2, "UPDATE t SET n = 1", [])],
        ],
    )
    .await;
    assert!(
        matches!(
            answers.as_slice(),
            [
                Ok(_),
                Err(Error::Conflict(Conflict { statement: 1, .. })),
                Err(Error::Unmet(1)),
                Err(Error::Rejected(_)),
                Ok(_)
            ]
        ),
        "{answers:?}"
    );
    assert_eq!(db.sqlite.counts().commits() - before, 1);
    assert_eq!(db.number("SELECT sum(id) FROM t WHERE n = 1").await, 3);
    assert_eq!(db.number("SELECT count(*) FROM t").await, 2);
}

#[tokio::test]
async fn a_group_in_which_nothing_succeeds_is_not_committed() {
    let db = database().await;
    let before = db.sqlite.counts().commits();
    let answers = together(&db, (0..3).map(|_| vec![expect(1, "DELETE FROM t", [])]).collect()).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Unmet(0)))), "{answers:?}");
    assert_eq!(db.sqlite.counts().commits(), before);
}

#[tokio::test]
async fn a_rule_that_is_checked_only_at_the_end_fails_only_those_who_broke_it() {
    let db = database().await;
    let child = "CREATE TABLE child (id INTEGER, t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)";
    db.transact(vec![change_of(child, [])]).await.unwrap();
    let add = |id| change_of("INSERT INTO child VALUES (?1, ?1)", [Value::Integer(id)]);
    let rolling = change_of("INSERT OR ROLLBACK INTO t (id, name) VALUES (7, 'one')", []);
    let answers = together(
        &db,
        vec![
            vec![add(1), insert(1, "one")],
            vec![add(99), insert(2, "two")],
            vec![insert(6, "six"), rolling],
            vec![add(3), insert(3, "three")],
        ],
    )
    .await;
    let [Ok(_), Err(Error::Conflict(deferred)), Err(Error::Conflict(rolled)), Ok(_)] = answers.as_slice()
    else {
        panic!("{answers:?}")
    };
    assert_eq!((deferred.statement, deferred.constraint.as_str()), (1, ""));
    assert_eq!((rolled.statement, rolled.constraint.as_str()), (1, "t.name"));
    assert_eq!(db.number("SELECT sum(id) FROM t").await, 4);
}

#[tokio::test]
async fn a_full_disk_in_the_middle_fails_the_whole_group() {
    let db =
        database_with(|options| options.max_page_count = Some(40), Arc::new(crate::support::Still)).await;
    let filler = "x".repeat(4096 * 12);
    db.transact(vec![insert(1, &filler)]).await.unwrap();
    let before = db.sqlite.counts().commits();
    let answers = together(
        &db,
        vec![
            vec![insert(2, "b")],
            vec![insert(3, "c"), insert(4, &format!("{filler}2"))],
            vec![insert(5, "e")],
        ],
    )
    .await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Unavailable))), "{answers:?}");
    assert_eq!(db.sqlite.counts().commits(), before);
    // What was answered is there, nothing else is, and the next batch works.
    assert_eq!(db.number("SELECT sum(id) FROM t").await, 1);
    db.transact(vec![insert(2, "b")]).await.unwrap();
    // So does one as large, once there is room.
    db.transact(vec![change_of("DELETE FROM t WHERE id = 1", [])]).await.unwrap();
    db.transact(vec![insert(4, &filler)]).await.unwrap();
    let check = rusqlite::Connection::open(&db.path).unwrap();
    let integrity: String = check.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_loses_nothing_that_was_answered() {
    let db =
        database_with(|options| options.max_page_count = Some(60), Arc::new(crate::support::Still)).await;
    let tasks = (0..100).map(|id: i64| {
        let sqlite = Arc::clone(&db.sqlite);
        tokio::spawn(async move {
            let name = text(&format!("{id}{}", "x".repeat(3000)));
            let sql = "INSERT INTO t (id, name) VALUES (?1, ?2)";
            (id, sqlite.transact(vec![change_of(sql, [Value::Integer(id), name])]).await)
        })
    });
    let (mut kept, mut refused) = (Vec::new(), 0);
    for task in tasks.collect::<Vec<_>>() {
        match task.await.unwrap() {
            (id, Ok(_)) => kept.push(Value::Integer(id)),
            (_, Err(Error::Unavailable)) => refused += 1,
            (id, other) => panic!("{id}: {other:?}"),
        }
    }
    assert!(refused > 0);
    let stored = db.query("SELECT id FROM t ORDER BY id").await.unwrap().concat();
    assert_eq!(format!("{stored:?}"), format!("{kept:?}"));
}

#[tokio::test]
async fn whoever_locks_the_database_for_too_long_makes_it_busy() {
    let patience = std::time::Duration::from_millis(50);
    let db = database_with(|options| options.busy_timeout = patience, Arc::new(crate::support::Still)).await;
    let lock = db.lock();
    let answers = join_all((0..3).map(|id| db.transact(vec![insert(id, "x")]))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Busy))), "{answers:?}");
    drop(lock);
    assert_eq!(db.number("SELECT count(*) FROM t").await, 0);
    db.transact(vec![insert(1, "x")]).await.unwrap();
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let db = database_with(|options| options.queue = 2, Arc::new(crate::support::Still)).await;
    let lock = db.lock();
    // The writer holds one, the queue two; how soon the writer takes the first is its own affair.
    let mut pending: Vec<_> =
        (0..5).map(|id| Box::pin(db.transact(vec![insert(id, &id.to_string())]))).collect();
    let mut refused = Vec::new();
    for (id, future) in (0..).zip(&mut pending) {
        if let std::task::Poll::Ready(answer) = poll!(Pin::new(future)) {
            assert!(matches!(answer, Err(Error::Busy)), "{answer:?}");
            refused.push(id);
        }
    }
    assert!(refused.len() == 2 || refused.len() == 3, "{refused:?}");
    drop(lock);
    let others = (0..).zip(pending).filter(|(id, _)| !refused.contains(id)).map(|(_, future)| future);
    assert!(join_all(others).await.iter().all(Result::is_ok));
    assert_eq!(db.number("SELECT count(*) FROM t").await, 5 - i64::try_from(refused.len()).unwrap());
}

/// A database on whose clock the limit passes when the returned step, set by the test, has been taken.
async fn impatient() -> (Database, Arc<OnceLock<Box<dyn Fn() + Send + Sync>>>) {
    let step: Arc<OnceLock<Box<dyn Fn() + Send + Sync>>> = Arc::default();
    let taken = Arc::clone(&step);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("auth.db");
    let schema = crate::support::SCHEMA;
    rusqlite::Connection::open(&path).unwrap().execute_batch(schema).unwrap();
    let clock = Passing(move || taken.get().map(|step| step()).unwrap_or_default());
    let options = mana_auth::storage::SqliteOptions::new(&path);
    let sqlite = Arc::new(mana_auth::storage::Sqlite::open(options, Arc::new(clock)).unwrap());
    (Database { sqlite, path, directory }, step)
}

#[tokio::test]
async fn a_batch_that_waits_past_the_limit_is_taken_back() {
    let (db, _) = impatient().await;
    let lock = db.lock();
    let answer = db.transact(vec![insert(1, "a")]).await;
    assert!(matches!(answer, Err(Error::Busy)), "{answer:?}");
    drop(lock);
    let path = db.path.clone();
    // Once the writer is gone, everything that it was given is decided.
    drop(db.sqlite);
    let rows: i64 = rusqlite::Connection::open(path)
        .unwrap()
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn a_batch_that_has_begun_when_the_limit_passes_has_an_unknown_outcome() {
    let (db, step) = impatient().await;
    let counts = db.sqlite.counts();
    let before = counts.changes();
    let lock = Mutex::new(Some(db.lock()));
    let let_it_begin = move || {
        drop(lock.lock().unwrap().take());
        while counts.changes() == before {
            thread::yield_now();
        }
    };
    assert!(step.set(Box::new(let_it_begin)).is_ok());
    let answer = db.transact(vec![insert(1, "a")]).await;
    assert!(matches!(answer, Err(Error::OutcomeUnknown)), "{answer:?}");
    let path = db.path.clone();
    drop(db.sqlite);
    let rows: i64 = rusqlite::Connection::open(path)
        .unwrap()
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
}

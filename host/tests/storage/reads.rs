//! What a query sees, says and may cost.

use crate::support::{Still, change_of, database, database_with, insert, text};
use futures::future::join_all;
use futures::poll;
use mana_auth::storage::{Error, Rejection, Storage, Value};
use std::sync::Arc;
use std::task::Poll;

/// Counts up to `?1`: about seven steps each.
const COUNT: &str = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?1)
    SELECT max(n) FROM c";

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    let db = database().await;
    db.transact(vec![change_of("CREATE TABLE v (id INTEGER PRIMARY KEY, v ANY) STRICT", [])]).await.unwrap();
    for (value, expected) in [
        (Value::Null, Value::Null),
        (Value::Boolean(true), Value::Integer(1)),
        (Value::Boolean(false), Value::Integer(0)),
        (Value::Integer(i64::MIN), Value::Integer(i64::MIN)),
        (Value::Integer(i64::MAX), Value::Integer(i64::MAX)),
        (Value::Timestamp(1_700_000_000_123), Value::Integer(1_700_000_000_123)),
        (text(""), text("")),
        (text("nul \0 within, ünïcode 🦀"), text("nul \0 within, ünïcode 🦀")),
        (Value::Blob(Vec::new()), Value::Blob(Vec::new())),
        (Value::Blob(vec![0, 255, 0]), Value::Blob(vec![0, 255, 0])),
    ] {
        let expected = format!("{:?}", [&expected, &expected]);
        let write = change_of("INSERT OR REPLACE INTO v VALUES (1, ?1)", [value.clone()]);
        db.transact(vec![write]).await.unwrap();
        let answer = db.sqlite.query("SELECT v, ?1 FROM v", vec![value]).await.unwrap();
        assert_eq!(format!("{:?}", answer.rows.concat()), expected);
    }
}

#[tokio::test]
async fn rows_come_in_order_and_may_be_none() {
    let db = database().await;
    assert!(db.query("SELECT id FROM t").await.unwrap().is_empty());
    db.transact((1..=3).map(|id| insert(id, &id.to_string())).collect()).await.unwrap();
    let rows = db.query("SELECT id, name FROM t ORDER BY id DESC").await.unwrap();
    assert_eq!(
        format!("{rows:?}"),
        format!("{:?}", [3, 2, 1].map(|id| vec![Value::Integer(id), text(&id.to_string())]))
    );
}

#[tokio::test]
async fn a_query_that_is_none_is_refused() {
    let db = database().await;
    for (sql, params, words) in [
        ("DELETE FROM t", vec![], "a query can't change anything"),
        ("SELECT 1; SELECT 2", vec![], "Multiple statements provided"),
        ("SELECT absent FROM t", vec![], "no such column: absent"),
        ("SELECT json_extract('{}', ?1)", vec![text("secret")], "SQL logic error"),
        ("SELECT ?1, ?2", vec![text("secret")], "1 parameters for 2 placeholders"),
        ("SELECT 1, 0.5", vec![], "column 1 holds a floating-point number"),
        ("SELECT CAST(X'ff' AS TEXT)", vec![], "column 0 holds text that is not UTF-8"),
        ("SELECT length(zeroblob(1000000000))", vec![], "string or blob too big"),
    ] {
        let answer = db.sqlite.query(sql, params).await;
        let Err(Error::Rejected(Rejection { statement: 0, message })) = answer else {
            panic!("{sql}: {answer:?}")
        };
        assert!(message.contains(words) && !message.contains("secret"), "{sql}: {message}");
    }
}

#[tokio::test]
async fn an_answer_holds_8_mib_at_most() {
    let db = database().await;
    db.transact((1..=9).map(|id| insert(id, &format!("{id}{}", "x".repeat(900_000)))).collect())
        .await
        .unwrap();
    assert_eq!(db.query("SELECT name FROM t").await.unwrap().len(), 9);
    db.transact(vec![insert(10, &"y".repeat(900_000))]).await.unwrap();
    let answer = db.query("SELECT name FROM t").await;
    assert!(matches!(answer, Err(Error::Rejected(_))), "{answer:?}");
    // Small values count too.
    let many =
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 600000) SELECT n FROM c";
    let answer = db.query(many).await;
    assert!(matches!(answer, Err(Error::Rejected(_))), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_sees_every_commit_that_was_answered() {
    let db = database().await;
    let writers = (0..8).map(|writer: i64| {
        let sqlite = Arc::clone(&db.sqlite);
        tokio::spawn(async move {
            for round in 0..25 {
                let id = writer * 1000 + round;
                sqlite.transact(vec![insert(id, &id.to_string())]).await.unwrap();
                let seen = sqlite.query("SELECT 1 FROM t WHERE id = ?1", vec![Value::Integer(id)]).await;
                assert_eq!(seen.unwrap().rows.len(), 1, "{id} was committed and is not seen");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn a_quick_query_is_answered_on_the_spot_and_while_others_write() {
    let db = database().await;
    let _lock = db.lock();
    assert!(matches!(poll!(Box::pin(db.query("SELECT count(*) FROM t"))), Poll::Ready(Ok(_))));
}

#[tokio::test]
async fn a_slow_query_leaves_the_thread_and_is_answered() {
    let db = database().await;
    let mut slow = Box::pin(db.sqlite.query(COUNT, vec![Value::Integer(300_000)]));
    assert!(poll!(&mut slow).is_pending());
    assert!(matches!(poll!(Box::pin(db.query("SELECT count(*) FROM t"))), Poll::Ready(Ok(_))));
    assert_eq!(format!("{:?}", slow.await.unwrap().rows), format!("{:?}", [[Value::Integer(300_000)]]));
}

#[tokio::test]
async fn an_endless_query_is_stopped() {
    let db = database_with(|options| options.slow_read_budget = 1000, Arc::new(Still)).await;
    let answer = db.sqlite.query(COUNT, vec![Value::Integer(i64::MAX)]).await;
    assert!(matches!(answer, Err(Error::Unavailable)), "{answer:?}");
    assert_eq!(db.number("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn a_query_past_the_limit_is_given_up() {
    let clock = Arc::new(crate::support::Passing(|| {}));
    let directory = tempfile::tempdir().unwrap();
    let options = mana_auth::storage::SqliteOptions::new(directory.path().join("auth.db"));
    let sqlite = mana_auth::storage::Sqlite::open(options, clock).unwrap();
    let answer = sqlite.query(COUNT, vec![Value::Integer(3_000_000)]).await;
    assert!(matches!(answer, Err(Error::Unavailable)), "{answer:?}");
}

#[tokio::test]
async fn only_so_many_slow_queries_run_at_once() {
    let db = database_with(
        |options| {
            options.slow_readers = 2;
            options.slow_read_budget = 10_000;
        },
        Arc::new(Still),
    )
    .await;
    let endless = || Box::pin(db.sqlite.query(COUNT, vec![Value::Integer(i64::MAX)]));
    let mut running = [endless(), endless()];
    for query in &mut running {
        assert!(poll!(query).is_pending());
    }
    let refused = poll!(endless());
    assert!(matches!(refused, Poll::Ready(Err(Error::Busy))), "{refused:?}");
    let answers = join_all(running).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Unavailable))), "{answers:?}");
}

#[tokio::test]
async fn where_no_reader_is_free_a_query_goes_to_a_thread_of_its_own() {
    let db = database_with(|options| options.readers = 0, Arc::new(Still)).await;
    assert_eq!(db.number("SELECT count(*) FROM t").await, 0);
}

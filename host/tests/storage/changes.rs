//! What a batch does and says.

use crate::support::{change_of, database, expect, insert, text};
use mana_auth::storage::{Conflict, Error, Rejection, Storage, Value};
use std::task::{Context, Waker};

#[tokio::test]
async fn a_batch_answers_with_the_rows_that_each_statement_affected() {
    let db = database().await;
    let affected = db
        .transact(vec![
            change_of("CREATE TABLE log (id INTEGER)", []),
            change_of(
                "CREATE TRIGGER logged AFTER INSERT ON t BEGIN
                    INSERT INTO log VALUES (new.id), (new.id), (new.id); END",
                [],
            ),
            insert(1, "a"),
            change_of("INSERT INTO t (name) SELECT name || '2' FROM t UNION SELECT 'b'", []),
            change_of("CREATE INDEX by_n ON t (n)", []),
            change_of("UPDATE t SET n = 1", []),
            change_of("UPDATE t SET n = 2 WHERE id = 77", []),
            change_of("DELETE FROM t WHERE id = 1", []),
            change_of("DROP TABLE log", []),
        ])
        .await;
    // What triggers changed and what a statement before changed does not count.
    assert_eq!(affected.unwrap(), [0, 0, 1, 2, 0, 3, 0, 1, 0]);
}

#[tokio::test]
async fn a_batch_is_all_or_nothing() {
    let db = database().await;
    let refused = db.transact(vec![insert(1, "a"), insert(2, "b"), insert(3, "a")]).await;
    assert!(
        matches!(&refused, Err(Error::Conflict(Conflict { statement: 2, constraint })) if constraint == "t.name"),
        "{refused:?}"
    );
    assert_eq!(db.number("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn conflicts_name_what_was_violated() {
    let db = database().await;
    db.transact(vec![
        change_of("CREATE TABLE pair (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID", []),
        change_of("CREATE TABLE plain (name TEXT)", []),
        change_of("CREATE UNIQUE INDEX folded ON plain (lower(name))", []),
        change_of("CREATE TABLE child (t INTEGER REFERENCES t (id))", []),
        change_of("INSERT INTO pair VALUES ('x', 'y')", []),
        change_of("INSERT INTO plain (rowid, name) VALUES (1, 'x')", []),
        insert(1, "a"),
    ])
    .await
    .unwrap();
    for (sql, named) in [
        ("INSERT INTO t (id) VALUES (1)", "t.id"),
        ("INSERT INTO t (name) VALUES ('a')", "t.name"),
        ("INSERT INTO pair VALUES ('x', 'y')", "pair.a, pair.b"),
        ("INSERT INTO plain VALUES ('X')", "folded"),
        ("INSERT INTO plain (rowid) VALUES (1)", "plain.rowid"),
        ("INSERT INTO child VALUES (99)", ""),
    ] {
        let answer = db.transact(vec![change_of(sql, [])]).await;
        assert!(
            matches!(&answer, Err(Error::Conflict(Conflict { statement: 0, constraint })) if constraint == named),
            "{sql}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn an_unmet_expectation_undoes_the_batch() {
    let db = database().await;
    let spend = |rows| expect(rows, "UPDATE t SET n = 1 WHERE n IS NULL", []);
    db.transact(vec![insert(1, "a"), insert(2, "b")]).await.unwrap();
    let answer = db.transact(vec![insert(3, "c"), spend(1)]).await;
    assert!(matches!(answer, Err(Error::Unmet(1))), "{answer:?}");
    assert_eq!(db.number("SELECT count(*) FROM t WHERE n IS NULL").await, 2);
    assert_eq!(db.transact(vec![spend(2), spend(0)]).await.unwrap(), [2, 0]);
}

#[tokio::test]
async fn refusals_say_which_statement_and_why_without_a_parameter() {
    let db = database().await;
    db.transact(vec![change_of("CREATE TABLE strict (a TEXT NOT NULL CHECK (length(a) < 30)) STRICT", [])])
        .await
        .unwrap();
    let secret = "correct horse battery staple!!";
    let into = "INSERT INTO strict VALUES (?1)";
    for (sql, params, words) in [
        ("INSERT INTO nowhere VALUES (?1)", vec![text(secret)], "no such table: nowhere"),
        ("INSRT INTO t VALUES (?1)", vec![text(secret)], "near \"INSRT\": syntax error"),
        ("INSERT INTO t (name) VALUES (\"name\")", vec![], "no such column: \"name\""),
        (into, vec![Value::Null], "NOT NULL constraint failed: strict.a"),
        (into, vec![text(secret)], "CHECK constraint failed: length(a) < 30"),
        (into, vec![Value::Blob(secret.into())], "cannot store BLOB value in TEXT column strict.a"),
        (into, vec![], "0 parameters for 1 placeholders"),
        (into, vec![text("a"), text("b")], "2 parameters for 1 placeholders"),
        ("UPDATE t SET name = json_extract('{}', ?1) WHERE id = 1", vec![text(secret)], "SQL logic error"),
        ("SELECT ?1", vec![text(secret)], "a statement of a batch can't return rows"),
        ("DELETE FROM t; DELETE FROM t", vec![], "Multiple statements provided"),
        ("INSERT INTO t (name) VALUES (zeroblob(9000000))", vec![], "string or blob too big"),
    ] {
        let answer = db.transact(vec![insert(1, "a"), change_of(sql, params)]).await;
        let Err(Error::Rejected(Rejection { statement: 1, message })) = answer else {
            panic!("{sql}: {answer:?}")
        };
        assert!(message.contains(words), "{sql}: {message}");
        assert!(!message.contains("horse"), "{sql}: {message}");
    }
    assert_eq!(db.number("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn a_caller_can_not_reach_past_its_own_batch() {
    let db = database().await;
    for sql in [
        "COMMIT",
        "BEGIN",
        "BEGIN IMMEDIATE",
        "ROLLBACK",
        "SAVEPOINT batch",
        "RELEASE batch",
        "ROLLBACK TO batch",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA query_only",
        "ATTACH 'other.db' AS other",
        "DETACH main",
        "VACUUM INTO 'copy.db'",
    ] {
        let answer = db.transact(vec![insert(1, "a"), change_of(sql, [])]).await;
        assert!(matches!(answer, Err(Error::Rejected(_))), "{sql}: {answer:?}");
        let answer = db.query(sql).await;
        assert!(matches!(answer, Err(Error::Rejected(_))), "{sql}: {answer:?}");
    }
    assert_eq!(db.number("SELECT count(*) FROM t").await, 0);
    db.transact(vec![insert(1, "a")]).await.unwrap();
}

#[tokio::test]
async fn tables_can_be_altered() {
    let db = database().await;
    let alter = "ALTER TABLE t ADD COLUMN kind TEXT NOT NULL DEFAULT 'x' CHECK (kind <> '')";
    db.transact(vec![insert(1, "a"), change_of(alter, [])]).await.unwrap();
    assert_eq!(db.number("SELECT count(*) FROM t WHERE kind = 'x'").await, 1);
}

#[tokio::test]
async fn nothing_is_a_batch_too() {
    let db = database().await;
    let commits = db.sqlite.counts().commits();
    assert!(db.transact(Vec::new()).await.unwrap().is_empty());
    assert_eq!(db.sqlite.counts().commits(), commits);
}

#[tokio::test]
async fn a_batch_of_more_than_8_mib_is_refused() {
    let db = database().await;
    let five = || insert(1, &"x".repeat(5 << 20));
    let answer = db.transact(vec![five(), five()]).await;
    assert!(matches!(answer, Err(Error::Rejected(Rejection { statement: 1, .. }))), "{answer:?}");
    db.transact(vec![five()]).await.unwrap();
}

#[tokio::test]
async fn a_dropped_future_commits_all_the_same() {
    let db = database().await;
    let lock = db.lock();
    let mut future = Box::pin(db.sqlite.transact(vec![insert(1, "a")]));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(future);
    drop(lock);
    // The queue is first in, first out.
    db.transact(vec![expect(1, "UPDATE t SET n = 5 WHERE id = 1", [])]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_that_want_the_same_row_one_gets_it() {
    let db = database().await;
    db.transact(vec![insert(1, "token")]).await.unwrap();
    let spend = |winner: i64| {
        let sqlite = db.sqlite.clone();
        tokio::spawn(async move {
            let guard = "UPDATE t SET n = ?1 WHERE id = 1 AND n IS NULL";
            let event = change_of("INSERT INTO t (n) VALUES (?1)", [Value::Integer(winner)]);
            sqlite.transact(vec![event, expect(1, guard, [Value::Integer(winner)])]).await
        })
    };
    let mut winner = None;
    for (number, task) in (0..50).map(|number| (number, spend(number))).collect::<Vec<_>>() {
        match task.await.unwrap() {
            Ok(affected) => {
                assert_eq!(affected, [1, 1]);
                assert_eq!(winner.replace(number), None, "two spent one token");
            }
            Err(error) => assert!(matches!(error, Error::Unmet(1)), "{error:?}"),
        }
    }
    assert_eq!(db.number("SELECT n FROM t WHERE id = 1").await, winner.unwrap());
    assert_eq!(db.number("SELECT count(*) FROM t").await, 2);
}

#[tokio::test]
async fn statements_are_counted() {
    let db = database().await;
    let counts = db.sqlite.counts();
    let (queries, changes) = (counts.queries(), counts.changes());
    db.transact(vec![insert(1, "a"), insert(2, "b")]).await.unwrap();
    db.query("SELECT 1").await.unwrap();
    assert_eq!((counts.queries() - queries, counts.changes() - changes), (1, 2));
}

//! What another process commits counts with the next question: whatever it does to the file, and wherever it dies.

use crate::support::Still;
use mana_auth::{
    clock::{SystemClock, TestClock},
    invalidations::{Freshness, Position},
    storage::{Sqlite, SqliteOptions},
};
use rusqlite::Connection;
use std::{
    env, fs,
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

const SCHEMA: &str = include_str!("../../../component/migrations/0001/sqlite.sql");

/// Names the database to the other process.
const DATABASE: &str = "MANA_TEST_DATABASE";

fn made(path: &Path) {
    drop(Sqlite::open(SqliteOptions::new(path), Arc::new(Still)).unwrap());
    Connection::open(path).unwrap().execute_batch(SCHEMA).unwrap();
}

/// The other process: commits without pause, and says of each commit where it stands once that is done.
#[test]
#[ignore = "the other process of the test below"]
fn commits_until_it_is_killed() {
    let Some(path) = env::var_os(DATABASE) else { return };
    let connection = Connection::open(&path).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    let mut said = io::stdout().lock();
    for n in 1_u32.. {
        connection.execute("INSERT INTO invalidations (subject) VALUES ('s:ended')", []).unwrap();
        let last: i64 = connection.query_row("SELECT last FROM positions", [], |row| row.get(0)).unwrap();
        writeln!(said, "committed {last}").unwrap();
        let meanwhile = match n {
            _ if n % 4_001 == 0 => "VACUUM",
            _ if n % 2_003 == 0 => "DELETE FROM invalidations WHERE id < (SELECT last - 500 FROM positions)",
            _ if n % 997 == 0 => "PRAGMA wal_checkpoint(TRUNCATE)",
            _ if n % 499 == 0 => "PRAGMA wal_checkpoint(RESTART)",
            _ => continue,
        };
        // A reader may stand in its way.
        let _ = connection.query_row(meanwhile, [], |_| Ok(()));
    }
}

/// Has the other process commit until it says that it stands there, or so often; then kills it.
fn commit_elsewhere(path: &Path, commits: u64, newest: &AtomicU64, until: u64) {
    let mut other = Command::new(env::current_exe().unwrap())
        .args(["--exact", "commits_elsewhere::commits_until_it_is_killed", "--ignored", "--nocapture"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(other.stdout.take().unwrap()).lines();
    let mut said = lines.filter_map(|line| line.unwrap().strip_prefix("committed ")?.parse::<u64>().ok());
    for _ in 0..commits {
        let last = said.next().expect("it commits until it is killed");
        newest.store(last, SeqCst);
        if last >= until {
            break;
        }
    }
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn none_is_missed() {
    let until = if env::var_os("MANA_TEST_LONG").is_some() { 1_000_000 } else { 20_000 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("auth.db");
    made(&path);
    let newest = AtomicU64::new(0);
    let open = || Sqlite::open(SqliteOptions::new(&path), Arc::new(SystemClock::default())).unwrap();
    // As another server would, so that no log is cut when one of ours is opened anew.
    let kept = open();
    let ask = |database: &Sqlite, subject: &str, id| {
        database.invalidations().peek(&[subject.to_owned()], Position { start: 0, id }).unwrap()
    };
    let reads = || {
        let (mut database, mut current) = (open(), 0_u64);
        for n in 1_u64.. {
            // What it said that it has committed counts.
            let committed = newest.load(SeqCst);
            if committed >= until {
                break;
            }
            if committed > 0 {
                let ended = ask(&database, "s:ended", committed - 1);
                assert!(!matches!(ended, Freshness::Current(_)), "the commit of {committed} was missed");
                current += u64::from(matches!(ask(&database, "s:quiet", committed), Freshness::Current(_)));
            }
            if n % 20_000 == 0 {
                database = open();
            }
        }
        current
    };
    thread::scope(|scope| {
        let readers = [scope.spawn(reads), scope.spawn(reads)];
        for life in 1_u64.. {
            commit_elsewhere(&path, life * 37 % 3_000 + 1_000, &newest, until);
            if newest.load(SeqCst) >= until {
                break;
            }
            assert!(!readers.iter().any(|reader| reader.is_finished()), "a reader has missed a commit");
        }
        for reader in readers {
            assert!(reader.join().unwrap() > until / 10, "nothing is ever current");
        }
    });
    drop(kept);
}

/// The connections that are open go on with the file that is gone: what is committed to the new one does not reach them.
#[test]
fn a_file_put_in_the_place_of_the_database_makes_everything_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let [path, other] = ["auth.db", "other.db"].map(|name| folder.path().join(name));
    let clock = Arc::new(TestClock::default());
    made(&path);
    let database = Sqlite::open(SqliteOptions::new(&path), clock.clone()).unwrap();
    let ask = || database.invalidations().peek(&["s:1".to_owned()], Position::default()).unwrap();
    assert_eq!(ask(), Freshness::Current(Position::default()));
    made(&other);
    fs::rename(&other, &path).unwrap();
    clock.advance(Duration::from_secs(1));
    assert_eq!(ask(), Freshness::Unknown);
}

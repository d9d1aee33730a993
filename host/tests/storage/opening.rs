//! A database that opens as it should, or says why it does not.

use crate::support::{database, insert, real_clock};
use mana_auth::storage::{OpenError, Sqlite, SqliteOptions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn open(path: &Path) -> Result<Sqlite, OpenError> {
    Sqlite::open(SqliteOptions::new(path), real_clock())
}

#[tokio::test]
async fn the_files_are_their_owners_alone() {
    let db = database().await;
    db.transact(vec![insert(1, "a")]).await.unwrap();
    for file in ["auth.db", "auth.db-wal", "auth.db-shm"] {
        let mode = std::fs::metadata(db.directory.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_missing_directory_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("nowhere").join("auth.db");
    let error = open(&path).err().unwrap();
    assert!(matches!(error, OpenError::Create { .. }), "{error}");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
}

#[test]
fn a_directory_can_not_be_opened() {
    let directory = tempfile::tempdir().unwrap();
    let error = open(directory.path()).err().unwrap();
    assert!(matches!(error, OpenError::Open { .. }), "{error}");
}

#[test]
fn another_kind_of_file_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("auth.db");
    let content = "this is no database, but it is long enough to be one ".repeat(50);
    std::fs::write(&path, &content).unwrap();
    let error = open(&path).err().unwrap();
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
}

#[tokio::test]
async fn settings_are_what_they_must_be() {
    let db = database().await;
    db.transact(vec![insert(1, "a")]).await.unwrap();
    // Of the file: any connection sees it.
    let mode: String = rusqlite::Connection::open(&db.path)
        .unwrap()
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}

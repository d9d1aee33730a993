//! From SQLite's words to typed errors. Spin hands them on as text (4.1: `error::io` for whatever SQLite refuses), so
//! they are told apart here, in one place. The words are those of `sqlite3ErrStr` and of SQLite's constraint errors,
//! which have not changed in twenty years; an error with other words is a rejection, which is never taken for success.

/// What the database's words mean.
#[derive(Debug, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// A unique or foreign-key constraint refused a row: what was violated, as `table.column`, or empty.
    Conflict(&'a str),
    /// Somebody else holds the database.
    Busy,
    /// It can't be read or written.
    Unavailable,
    /// It refused the statement.
    Rejected,
}

/// What the database's words mean.
pub fn meaning(words: &str) -> Meaning<'_> {
    // rusqlite may put the statement and an offset behind the message.
    let message = words.split(" in ").next().unwrap_or(words);
    const UNIQUE: &str = "UNIQUE constraint failed: ";
    if let Some(columns) = message.strip_prefix(UNIQUE) {
        return Meaning::Conflict(columns.trim());
    }
    if message.starts_with("FOREIGN KEY constraint failed") {
        return Meaning::Conflict("");
    }
    const BUSY: &[&str] = &["database is locked", "database table is locked", "database schema is locked"];
    if BUSY.iter().any(|words| message.starts_with(words)) {
        return Meaning::Busy;
    }
    const UNAVAILABLE: &[&str] = &[
        "database or disk is full",
        "disk I/O error",
        "unable to open database file",
        "attempt to write a readonly database",
        "database disk image is malformed",
        "file is not a database",
        "interrupted",
        "out of memory",
    ];
    if UNAVAILABLE.iter().any(|words| message.starts_with(words)) {
        return Meaning::Unavailable;
    }
    Meaning::Rejected
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// What a real SQLite says, the way Spin says it.
    fn words(connection: &Connection, sql: &str) -> String {
        connection.execute(sql, []).expect_err(sql).to_string()
    }

    fn database() -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON;
                 CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT UNIQUE, c INTEGER CHECK (c < 5), UNIQUE (b, c));
                 CREATE TABLE d (a INTEGER REFERENCES a (id));
                 INSERT INTO a VALUES (1, 'x', 1);",
            )
            .expect("a schema");
        connection
    }

    #[test]
    fn constraints_are_conflicts() {
        let database = database();
        for (sql, constraint) in [
            ("INSERT INTO a VALUES (2, 'x', 2)", "a.b"),
            ("INSERT INTO a VALUES (1, 'y', 2)", "a.id"),
            ("INSERT INTO d VALUES (7)", ""),
        ] {
            assert_eq!(meaning(&words(&database, sql)), Meaning::Conflict(constraint), "{sql}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_statement_is_a_rejection() {
        let database = database();
        for sql in [
            "INSERT INTO a VALUES (2, 'y', 9)",
            "INSERT INTO nowhere VALUES (1)",
            "SELEKT",
            "SELECT 'database is locked' FROM",
        ] {
            assert_eq!(meaning(&words(&database, sql)), Meaning::Rejected, "{sql}");
        }
    }

    #[test]
    fn a_full_or_read_only_database_is_unavailable() {
        let database = database();
        database.execute_batch("PRAGMA query_only = ON").expect("a pragma");
        assert_eq!(meaning(&words(&database, "INSERT INTO a VALUES (2, 'y', 2)")), Meaning::Unavailable);
        database.execute_batch("PRAGMA query_only = OFF; PRAGMA max_page_count = 1").expect("a pragma");
        let fill = "INSERT INTO a SELECT 2, hex(zeroblob(1000000)), 2";
        assert_eq!(meaning(&words(&database, fill)), Meaning::Unavailable);
    }

    #[test]
    fn a_lock_held_by_somebody_else_is_busy() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let (one, other) = (Connection::open(&path).expect("one"), Connection::open(&path).expect("another"));
        other.busy_timeout(std::time::Duration::ZERO).expect("a time-out");
        one.execute_batch("BEGIN IMMEDIATE").expect("the lock");
        assert_eq!(meaning(&words(&other, "BEGIN IMMEDIATE")), Meaning::Busy);
    }
}

//! The schema, brought up to date. Each migration is one transaction whose first statement claims its version,
//! so that of two processes that start at once one does the work and the other finds it done.

use super::{Error, Value, statement};
use crate::{bindings::mana::auth::storage, params, time::Time};

/// The migrations, oldest first. Never edited once released.
const MIGRATIONS: &[(u32, &str)] = &[(1, include_str!("../../migrations/0001_foundation.sqlite.sql"))];

/// The version of the schema that this program works on.
pub const NEWEST: u32 = 1;

const CREATE_VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY,
    applied_at INTEGER NOT NULL
) STRICT";

/// Why the schema could not be brought up to date.
pub enum Outdated {
    /// The database was written by a newer version of this program: its schema's number.
    Newer(u32),
    /// Storage failed.
    Storage(Error),
}

impl From<Error> for Outdated {
    fn from(error: Error) -> Self {
        Self::Storage(error)
    }
}

/// Applies the migrations that the database lacks.
///
/// # Errors
///
/// See [`Outdated`].
pub async fn migrate(now: Time) -> Result<(), Outdated> {
    let current = current_version().await?;
    if current > NEWEST {
        return Err(Outdated::Newer(current));
    }
    for (version, script) in MIGRATIONS.iter().filter(|(version, _)| *version > current) {
        let mut batch = vec![
            statement(CREATE_VERSIONS, vec![]),
            statement(
                "INSERT INTO schema_migrations (version, applied_at) VALUES (?1, ?2)",
                params![*version, now],
            ),
        ];
        batch.extend(statements(script).map(|sql| statement(&sql, vec![])));
        match storage::transact(batch).await {
            Ok(_) => {}
            // The version is taken: another process was faster.
            Err(Error::Conflict(conflict)) if conflict.statement == 1 => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn current_version() -> Result<u32, Error> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'";
    if first_integer(sql).await? == 0 {
        return Ok(0);
    }
    let version = first_integer("SELECT coalesce(max(version), 0) FROM schema_migrations").await?;
    Ok(u32::try_from(version).unwrap_or(u32::MAX))
}

async fn first_integer(sql: &str) -> Result<i64, Error> {
    let answer = storage::query(sql.to_owned(), vec![]).await?;
    match answer.rows.into_iter().flatten().next() {
        Some(Value::Integer(n)) => Ok(n),
        _ => Ok(0),
    }
}

/// The statements of a script: each ends at a line that is not indented and ends with a semicolon, so that the
/// bodies of triggers stay whole.
fn statements(script: &str) -> impl Iterator<Item = String> {
    let mut rest = script.lines().filter(|line| !line.trim_start().starts_with("--"));
    std::iter::from_fn(move || {
        let mut sql = String::new();
        for line in rest.by_ref() {
            sql.push_str(line);
            sql.push('\n');
            if !line.starts_with(' ') && line.ends_with(';') {
                return Some(sql);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_one_statement() {
        let script = "-- why\nCREATE TABLE a (\n    b TEXT -- c\n);\n\nCREATE TRIGGER t AFTER DELETE ON a\nBEGIN\n    DELETE FROM b;\n    DELETE FROM c;\nEND;\nCREATE INDEX i ON a (b);\n";
        let found: Vec<String> = statements(script).collect();
        assert_eq!(found.len(), 3);
        assert!(found[1].trim().starts_with("CREATE TRIGGER") && found[1].trim().ends_with("END;"));
    }

    #[test]
    fn versions_rise_by_one_and_no_script_ends_within_a_statement() {
        assert_eq!(MIGRATIONS.len(), usize::try_from(NEWEST).unwrap());
        for (index, (version, script)) in MIGRATIONS.iter().enumerate() {
            assert_eq!(usize::try_from(*version).unwrap(), index + 1);
            for sql in statements(script).filter(|sql| !sql.contains("CREATE TRIGGER")) {
                assert_eq!(sql.matches(';').count(), 1, "one statement: {sql}");
            }
            let last = script.lines().rfind(|line| !line.is_empty()).unwrap();
            assert!(last.ends_with(';') && !last.starts_with(' '), "{last}");
        }
    }
}

//! Brings the schema up to date in one transaction. Its first statements claim the versions: if two processes start at once, one
//! migrates and the other finds it done.

use super::{Dialect, Error, Value, dialect, statement, watched};
use crate::{bindings::mana::auth::storage, params, time::Time};

/// A script for each dialect.
struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
    /// The oldest version of the schema whose programs may still serve once this one was applied: servers are replaced one by one.
    oldest: u32,
}

/// The migrations, oldest first: the first is version 1. Never edited once released.
const MIGRATIONS: [Migration; 1] = [Migration {
    sqlite: include_str!(concat!(env!("OUT_DIR"), "/migrations_0001_sqlite.sql")),
    postgres: include_str!(concat!(env!("OUT_DIR"), "/migrations_0001_postgres.sql")),
    oldest: 1,
}];

/// The version of the schema that this program works on.
#[allow(clippy::cast_possible_truncation, reason = "there are not as many")]
pub const NEWEST: u32 = MIGRATIONS.len() as u32;

/// Why the schema could not be brought up to date.
pub enum Outdated {
    /// The database was brought up to date by a newer version of this program, beside which this one can't serve: its schema's number.
    Newer(u32),
    /// The database was written by a version of this program that was never released.
    Unreleased,
    /// Storage failed.
    Storage(Error),
}

impl From<Error> for Outdated {
    fn from(error: Error) -> Self {
        Self::Storage(error)
    }
}

/// Applies the migrations that the database lacks, and makes the triggers anew.
///
/// # Errors
///
/// See [`Outdated`].
pub async fn migrate(now: Time) -> Result<(), Outdated> {
    let Version { current, oldest } = current_version().await?;
    if oldest > NEWEST {
        return Err(Outdated::Newer(current));
    }
    let lacking = || (1..).zip(&MIGRATIONS).filter(|(version, _)| *version > current);
    if lacking().next().is_none() {
        return Ok(());
    }
    let mut batch = match dialect::spoken() {
        Dialect::Sqlite => vec![],
        Dialect::Postgres => vec![statement(CREATE_SCHEMA, vec![])],
    };
    batch.push(statement(create_versions(), vec![]));
    let first = batch.len();
    batch.extend(lacking().map(|(version, migration)| {
        statement(
            "INSERT INTO schema_migrations (version, oldest, applied_at) VALUES (?1, ?2, ?3)",
            params![version, migration.oldest, now],
        )
    }));
    let claims = first..batch.len();
    let scripts = lacking().flat_map(|(_, migration)| statements(migration.script(dialect::spoken())));
    batch.extend(scripts.chain(watched::triggers(dialect::spoken())).map(|sql| statement(&sql, vec![])));
    match storage::transact(batch).await {
        Ok(_) => Ok(()),
        // A version is taken: another process was faster.
        Err(Error::Conflict(conflict))
            if usize::try_from(conflict.statement).is_ok_and(|at| claims.contains(&at)) =>
        {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

impl Migration {
    const fn script(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }
}

fn create_versions() -> &'static str {
    match dialect::spoken() {
        Dialect::Sqlite => {
            "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, oldest INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT"
        }
        Dialect::Postgres => {
            "CREATE TABLE IF NOT EXISTS schema_migrations (version bigint PRIMARY KEY, oldest bigint NOT NULL, applied_at bigint NOT NULL)"
        }
    }
}

/// One migrates at a time, in the first schema of the connection's `search_path`, which is made where there is none: most roles may not.
const CREATE_SCHEMA: &str =
    "DO $$ DECLARE wanted text := btrim(split_part(current_setting('search_path'), ',', 1), ' \"');
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('mana-auth'), hashtext('migrate'));
        IF wanted <> '$user' AND to_regnamespace(quote_ident(wanted)) IS NULL THEN
            EXECUTE format('CREATE SCHEMA %I', wanted);
        END IF;
    END $$";

/// The version of a schema, and the oldest whose programs may still serve on it.
struct Version {
    current: u32,
    oldest: u32,
}

/// 0 if there is no schema. A database of an unreleased version has the table `schema_migrations`, but no table `outbox`.
async fn current_version() -> Result<Version, Outdated> {
    let tables = params!["schema_migrations", "outbox"];
    match first_number(dialect::count_of_tables(), tables).await? {
        0 => Ok(Version { current: 0, oldest: 0 }),
        1 => Err(Outdated::Unreleased),
        _ => {
            let newest = "SELECT version, oldest FROM schema_migrations ORDER BY version DESC LIMIT 1";
            let answer = storage::query(newest.to_owned(), vec![]).await?;
            let mut numbers = answer.rows.into_iter().flatten().map(number);
            let mut next = || numbers.next().unwrap_or(0);
            Ok(Version { current: next(), oldest: next() })
        }
    }
}

async fn first_number(sql: &str, params: Vec<Value>) -> Result<u32, Error> {
    let answer = storage::query(sql.to_owned(), params).await?;
    Ok(answer.rows.into_iter().flatten().map(number).next().unwrap_or(0))
}

fn number(value: Value) -> u32 {
    if let Value::Integer(number) = value { u32::try_from(number).unwrap_or(u32::MAX) } else { 0 }
}

/// The statements of a script: each ends at a line that is not indented and ends with a semicolon, so that the
/// bodies of triggers stay whole.
fn statements(script: &str) -> impl Iterator<Item = String> {
    let mut rest = script.lines();
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
        let script = "CREATE TABLE a (\n    b TEXT -- c\n);\n\nCREATE TRIGGER t AFTER DELETE ON a\nBEGIN\n    DELETE FROM b;\n    DELETE FROM c;\nEND;\nCREATE INDEX i ON a (b);\n";
        let found: Vec<String> = statements(script).collect();
        assert_eq!(found.len(), 3);
        assert!(found[1].trim().starts_with("CREATE TRIGGER") && found[1].trim().ends_with("END;"));
    }

    #[test]
    fn no_script_ends_within_a_statement() {
        for script in MIGRATIONS.iter().flat_map(|migration| [migration.sqlite, migration.postgres]) {
            for sql in statements(script) {
                let has_body = sql.contains("CREATE TRIGGER") || sql.contains("$$");
                assert!(has_body || sql.matches(';').count() == 1, "one statement: {sql}");
            }
            let last = script.lines().rfind(|line| !line.is_empty()).unwrap();
            assert!(last.ends_with(';') && !last.starts_with(' '), "{last}");
        }
    }

    /// The tables of a script: of each column its name, and whether it must not be null.
    fn tables(script: &str) -> Vec<(String, Vec<(String, bool)>)> {
        let tables = statements(script).filter(|sql| sql.trim_start().starts_with("CREATE TABLE"));
        let columns = |sql: &str| {
            let columns = sql.lines().filter(|line| {
                line.starts_with("    ")
                    && line.trim_start().starts_with(|first: char| first.is_ascii_lowercase())
            });
            let named =
                |line: &str| (line.split_whitespace().next().unwrap().to_owned(), line.contains("NOT NULL"));
            columns.map(named).collect()
        };
        tables.map(|sql| (sql.trim().lines().next().unwrap().to_owned(), columns(&sql))).collect()
    }

    #[test]
    fn both_dialects_have_the_same_tables() {
        for Migration { sqlite, postgres, .. } in &MIGRATIONS {
            assert!(tables(sqlite).iter().all(|(table, columns)| columns.len() > 1 && table.ends_with('(')));
            // On PostgreSQL, the newest position is that of the newest row, and who writes takes a lock.
            let only = |script, differs: &str| {
                let (other, same): (Vec<_>, Vec<_>) = tables(script)
                    .into_iter()
                    .partition(|(table, _)| table == &format!("CREATE TABLE {differs} ("));
                assert_eq!(other.len(), 1);
                same
            };
            assert_eq!(only(sqlite, "positions"), only(postgres, "writer"));
        }
    }
}

//! A database in a file of SQLite, brought into a new one on a server. Nobody serves either of them meanwhile.
//!
//! Each table is one transaction, and what is done is noted in the table `unfinished_copy`. So a copy that was interrupted goes on with the next
//! table, and until it is finished, no server starts there.

use super::{
    connections::Connections,
    open_error::{PostgresError, words},
    url::PostgresUrl,
    values::Parameter,
};
use crate::{
    clock::{Clock as _, SystemClock},
    storage::Value,
};
use deadpool_postgres::Object;
use mana_auth_sql::transaction::LOCK;
use rusqlite::{Connection, Row, types::ValueRef};
use std::{collections::BTreeSet, pin::pin, time::Duration};
use tokio_postgres::{binary_copy::BinaryCopyInWriter, types::Type};

/// How often others are looked for: those of a copy that was just killed, or of our own that made the schema, are ending.
const LOOKS: u32 = 20;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// What a session is told that may take as long as it takes.
const UNBOUNDED: &str = "SET default_transaction_read_only = off; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";

/// Whether anybody has used the database. A new one has the start that its migration has made, a key, and an event of that.
const IS_USED: &str =
    "SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM starts WHERE nonce <> '0')";

/// A copy that was not finished is not served.
const BEGIN_COPY: &str = "
    CREATE TABLE unfinished_copy (name text PRIMARY KEY, rows bigint NOT NULL);
    CREATE FUNCTION unfinished_copy() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a copy into this database was not finished: run `mana-auth copy` again';
    END $$;
    CREATE TRIGGER unfinished_copy BEFORE INSERT ON starts FOR EACH STATEMENT EXECUTE FUNCTION unfinished_copy()";

const END_COPY: &str = "
    DROP TRIGGER unfinished_copy ON starts;
    DROP FUNCTION unfinished_copy;
    DROP TABLE unfinished_copy";

/// Statements that enable each trigger of a table as it is enabled.
const ENABLE_TRIGGERS: &str = "SELECT coalesce(string_agg(
        format('ALTER TABLE %I ENABLE %s TRIGGER %I', $1::text, CASE tgenabled WHEN 'A' THEN 'ALWAYS' ELSE '' END, tgname), '; '), '')
    FROM pg_trigger WHERE tgrelid = to_regclass($1::text) AND NOT tgisinternal";

/// What tells a state of the source from any later one, and a source from another.
const STATE: &str =
    "SELECT format('%s/%d/%d/%d/%d', (SELECT nonce FROM starts ORDER BY position DESC LIMIT 1),
    (SELECT last FROM positions), (SELECT max(rowid) FROM security_events),
    (SELECT sum(secret_version) FROM jwks), (SELECT count(*) FROM refresh_tokens))";

/// Why nothing was copied, or not all.
#[derive(Debug, thiserror::Error)]
pub enum CopyInError {
    /// There is no connection.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// Somebody else is connected.
    #[error("the database has {0} other connections: stop every server, and leave every prompt")]
    InUse(i64),
    /// It is no new database.
    #[error("somebody has used the database, or a copy into it is finished: a copy needs a new one")]
    Used,
    /// The schemas are of different versions.
    #[error("the two schemas are of different versions: run `mana-auth maintenance run` on the file first")]
    Versions,
    /// A row that PostgreSQL can't hold.
    #[error("{table}.{column}: {why}")]
    Row {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What is wrong with its value.
        why: String,
    },
    /// The file can't be read.
    #[error("the file can't be read: {0}")]
    Read(#[from] rusqlite::Error),
    /// PostgreSQL refuses.
    #[error("the database refuses: {}", words(.0))]
    Write(#[from] tokio_postgres::Error),
}

/// A copy that was begun.
pub struct CopyIn<'a> {
    source: &'a Connection,
    server: Object,
    /// Holds the lock of all who write.
    lock: Object,
}

impl<'a> CopyIn<'a> {
    /// Begins, or goes on where one was interrupted. The schema is there on both sides.
    ///
    /// # Errors
    ///
    /// See [`CopyInError`].
    pub async fn begin(source: &'a Connection, to: &PostgresUrl) -> Result<Self, CopyInError> {
        let connections = Connections::of_command(to, 2)?;
        let (lock, server) = (connections.one().await?, connections.one().await?);
        // Whatever the database sets: the one waits while the other works, however long that takes.
        server.batch_execute(UNBOUNDED).await?;
        lock.batch_execute(UNBOUNDED).await?;
        // Whoever is connected and has not written yet can't any more.
        lock.batch_execute(&format!("BEGIN; SET LOCAL lock_timeout = '5s'; {LOCK}")).await?;
        let others = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND NOT pid = ANY ($1)";
        let pid = async |connection: &Object| {
            connection.query_one("SELECT pg_backend_pid()", &[]).await?.try_get::<_, i32>(0)
        };
        let ours = [pid(&lock).await?, pid(&server).await?];
        let clock = SystemClock::default();
        let mut looks = 0;
        loop {
            match server.query_one(others, &[&ours.as_slice()]).await?.try_get(0)? {
                0 => break,
                others if looks == LOOKS => return Err(CopyInError::InUse(others)),
                _ => looks += 1,
            }
            clock.sleep(PAUSE).await;
        }
        let is_begun: bool =
            server.query_one("SELECT to_regclass('unfinished_copy') IS NOT NULL", &[]).await?.try_get(0)?;
        if !is_begun {
            if server.query_one(IS_USED, &[]).await?.try_get(0)? {
                return Err(CopyInError::Used);
            }
            server.batch_execute(BEGIN_COPY).await?;
        }
        let copy = Self { source, server, lock };
        copy.compare_versions().await?;
        copy.forget_another().await?;
        Ok(copy)
    }

    async fn compare_versions(&self) -> Result<(), CopyInError> {
        let sql = "SELECT max(version) FROM schema_migrations";
        let here: Option<i64> = self.source.query_row(sql, [], |row| row.get(0))?;
        let there: Option<i64> = self.server.query_one(sql, &[]).await?.try_get(0)?;
        if here == there { Ok(()) } else { Err(CopyInError::Versions) }
    }

    /// What was copied of another source, or of an earlier state, is copied anew.
    async fn forget_another(&self) -> Result<(), CopyInError> {
        let state: String = self.source.query_row(STATE, [], |row| row.get(0))?;
        let noted = "SELECT EXISTS (SELECT 1 FROM unfinished_copy WHERE name = $1)";
        if !self.server.query_one(noted, &[&state]).await?.try_get(0)? {
            self.server.execute("DELETE FROM unfinished_copy", &[]).await?;
            self.server.execute("INSERT INTO unfinished_copy VALUES ($1, 0)", &[&state]).await?;
        }
        Ok(())
    }

    /// The tables, in an order in which what a row refers to comes before it.
    ///
    /// # Errors
    ///
    /// See [`CopyInError`].
    pub async fn tables(&self) -> Result<Vec<String>, CopyInError> {
        let sql = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
            AND NOT relname IN ('schema_migrations', 'writer', 'unfinished_copy') ORDER BY relname";
        let mut left: BTreeSet<String> =
            self.server.query(sql, &[]).await?.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let mut parents_of =
            self.source.prepare("SELECT \"table\" FROM pragma_foreign_key_list(?1) WHERE \"table\" <> ?1")?;
        let mut ordered = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let mut ready = Vec::new();
            for table in &left {
                let parents: Vec<String> =
                    parents_of.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
                if !parents.iter().any(|parent| left.contains(parent)) {
                    ready.push(table.clone());
                }
            }
            left.retain(|table| !ready.contains(table));
            ordered.append(&mut ready);
        }
        Ok(ordered)
    }

    /// Copies a table, unless that was done; returns how many rows it has.
    ///
    /// # Errors
    ///
    /// See [`CopyInError`].
    pub async fn table(&self, table: &str) -> Result<u64, CopyInError> {
        let noted = "SELECT rows FROM unfinished_copy WHERE name = $1";
        if let Some(done) = self.server.query_opt(noted, &[&table]).await? {
            return Ok(done.try_get::<_, i64>(0)?.try_into().unwrap_or_default());
        }
        let as_before: String = self.server.query_one(ENABLE_TRIGGERS, &[&table]).await?.try_get(0)?;
        self.server
            .batch_execute(&format!("BEGIN; ALTER TABLE {table} DISABLE TRIGGER USER; DELETE FROM {table}"))
            .await?;
        let rows = match self.rows(table).await {
            Ok(rows) => rows,
            Err(error) => {
                self.server.batch_execute("ROLLBACK").await?;
                return Err(error);
            }
        };
        let count = i64::try_from(rows).unwrap_or(i64::MAX);
        self.server.execute("INSERT INTO unfinished_copy VALUES ($1, $2)", &[&table, &count]).await?;
        self.server.batch_execute(&format!("{as_before}; COMMIT")).await?;
        Ok(rows)
    }

    async fn rows(&self, table: &str) -> Result<u64, CopyInError> {
        let shape = self.server.prepare(&format!("SELECT * FROM {table}")).await?;
        let names: Vec<String> =
            shape.columns().iter().map(|column| format!("\"{}\"", column.name())).collect();
        let types: Vec<Type> = shape.columns().iter().map(|column| column.type_().clone()).collect();
        let names = names.join(", ");
        let sink = self.server.copy_in(&format!("COPY {table} ({names}) FROM STDIN (FORMAT binary)")).await?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        let mut select = self.source.prepare(&format!("SELECT {names} FROM {table}"))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let values: Vec<Parameter> =
                (0..).zip(&types).map(|(at, kind)| value(table, row, at, kind)).collect::<Result<_, _>>()?;
            writer.as_mut().write_raw(&values).await?;
        }
        Ok(writer.finish().await?)
    }

    /// Lets servers start. Whoever has looked at the copy before knows that it is whole.
    ///
    /// # Errors
    ///
    /// See [`CopyInError`].
    pub async fn finish(self) -> Result<(), CopyInError> {
        // The lock was held all the time, or nobody knows who wrote meanwhile.
        self.lock.batch_execute("SELECT 1").await?;
        self.server.batch_execute("BEGIN").await?;
        // The newest row has the newest position. The source may have removed that row, so it is made here.
        let last: i64 = self.source.query_row("SELECT last FROM positions", [], |row| row.get(0))?;
        let position = "INSERT INTO invalidations SELECT $1, 'copy' WHERE $1 > (SELECT last FROM positions)";
        self.server.execute(position, &[&last]).await?;
        let counters = "SELECT setval(pg_get_serial_sequence('audit_keys', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM audit_keys), false)";
        self.server.batch_execute(&format!("{counters}; {END_COPY}; COMMIT")).await?;
        // It is done, whatever comes of these.
        drop(self.lock.batch_execute("ROLLBACK").await);
        drop(self.server.batch_execute("ANALYZE").await);
        Ok(())
    }
}

/// A value, as the column holds it there.
fn value(table: &str, row: &Row<'_>, at: usize, kind: &Type) -> Result<Parameter, CopyInError> {
    let wrong = |why: String| CopyInError::Row {
        table: table.to_owned(),
        column: row.as_ref().column_name(at).unwrap_or_default().to_owned(),
        why,
    };
    Ok(Parameter(match row.get_ref(at)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(flag) if *kind == Type::BOOL => Value::Boolean(flag != 0),
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) if !text.contains('\0') => Value::Text(text.to_owned()),
            Ok(_) => {
                return Err(wrong(
                    "a text holds the character NUL, which PostgreSQL does not know".to_owned(),
                ));
            }
            Err(error) => return Err(wrong(error.to_string())),
        },
        ValueRef::Real(number) => return Err(wrong(format!("{number} is no integer"))),
    }))
}

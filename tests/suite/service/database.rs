//! The service's database, as an operator with a SQL prompt has it.

use super::Service;
use crate::runner::postgres::Postgres;
use std::{path::PathBuf, sync::Arc, time::Duration};

impl Service {
    /// The database's file.
    pub fn database_path(&self) -> PathBuf {
        self.runner.database()
    }

    /// The database, as an operator with a SQL prompt has it.
    pub fn database(&self) -> rusqlite::Connection {
        let database = rusqlite::Connection::open(self.runner.database()).expect("the database");
        database.busy_timeout(Duration::from_secs(10)).expect("a time-out");
        database.pragma_update(None, "foreign_keys", true).expect("foreign keys");
        database
    }

    /// The same where it is a PostgreSQL.
    pub fn postgres(&self) -> Arc<Postgres> {
        self.runner.postgres().expect("a PostgreSQL")
    }

    /// Whether its database is PostgreSQL.
    pub fn is_over_postgres(&self) -> bool {
        self.runner.postgres().is_some()
    }

    /// One number from the database.
    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        if let Some(postgres) = self.runner.postgres() {
            return postgres.number(sql);
        }
        self.database().query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Changes rows by hand; returns how many.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> usize {
        if let Some(postgres) = self.runner.postgres() {
            return postgres.change(sql);
        }
        self.database().execute(sql, []).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

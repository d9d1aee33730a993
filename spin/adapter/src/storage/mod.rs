//! `storage`: SQLite by default, PostgreSQL where the variable `database_url` is set.

mod errors;
mod placeholders;
mod postgres;
mod sqlite;
mod transaction;

use crate::{
    Adapter,
    bindings::storage::{Dialect, Error, Guest, Rows, Statement, Value},
};
use spin_sdk::variables;
use std::cell::OnceCell;

thread_local! {
    /// Where PostgreSQL is, if that is what this instance uses.
    static POSTGRES: OnceCell<Option<String>> = const { OnceCell::new() };
}

impl Guest for Adapter {
    async fn spoken() -> Dialect {
        if postgres_url().await.is_some() { Dialect::Postgres } else { Dialect::Sqlite }
    }

    async fn query(sql: String, params: Vec<Value>) -> Result<Rows, Error> {
        let rows = match postgres_url().await {
            Some(url) => postgres::query(&url, &sql, params).await,
            None => sqlite::query(&sql, params).await,
        };
        rows.map(|rows| Rows { rows })
    }

    async fn transact(statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        match postgres_url().await {
            Some(url) => postgres::transact(&url, &statements).await,
            None => sqlite::transact(&statements).await,
        }
    }
}

async fn postgres_url() -> Option<String> {
    if let Some(url) = POSTGRES.with(|url| url.get().cloned()) {
        return url;
    }
    let url = variables::get("database_url").await.ok().filter(|url| !url.is_empty());
    POSTGRES.with(|known| known.get_or_init(|| url).clone())
}

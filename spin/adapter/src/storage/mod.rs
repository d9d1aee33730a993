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
        // Where it can't be told, nothing can be asked either.
        if matches!(postgres_url().await, Ok(Some(_))) { Dialect::Postgres } else { Dialect::Sqlite }
    }

    async fn query(sql: String, params: Vec<Value>) -> Result<Rows, Error> {
        let rows = match postgres_url().await? {
            Some(url) => postgres::query(&url, &sql, params).await,
            None => sqlite::query(&sql, params).await,
        };
        rows.map(|rows| Rows { rows })
    }

    async fn transact(statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        match postgres_url().await? {
            Some(url) => postgres::transact(&url, &statements).await,
            None => sqlite::transact(&statements).await,
        }
    }
}

/// Kept once it is known. A provider that fails must not be taken for nobody having set it: that would be another,
/// empty database.
async fn postgres_url() -> Result<Option<String>, Error> {
    if let Some(url) = POSTGRES.with(|url| url.get().cloned()) {
        return Ok(url);
    }
    let url = match variables::get("database_url").await {
        Ok(url) => Some(url).filter(|url| !url.is_empty()),
        Err(variables::Error::Undefined(_)) => None,
        Err(error) => {
            eprintln!("mana-auth: database_url can't be read: {}", kind(&error));
            return Err(Error::Unavailable);
        }
    };
    Ok(POSTGRES.with(|known| known.get_or_init(|| url).clone()))
}

/// Without the provider's own words, which may quote what it read.
const fn kind(error: &variables::Error) -> &'static str {
    match error {
        variables::Error::InvalidName(_) => "its name is invalid",
        variables::Error::Undefined(_) => "it is undefined",
        variables::Error::Provider(_) => "its provider failed",
        variables::Error::Other(_) => "Spin failed",
    }
}

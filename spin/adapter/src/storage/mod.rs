//! `storage`: SQLite by default, PostgreSQL where the variable `database_url` is set.

mod errors;
mod postgres;
mod sqlite;
mod transaction;

use crate::{
    Adapter,
    bindings::storage::{Dialect, Error, Guest, Rows, Statement, Value},
    log,
};
use spin_sdk::variables;
use std::cell::{Cell, OnceCell};

thread_local! {
    /// Where PostgreSQL is, if that is what this instance uses.
    static POSTGRES: OnceCell<Option<String>> = const { OnceCell::new() };
    /// Whether the log has been told where to look.
    static HINTED: Cell<bool> = const { Cell::new(false) };
}

/// Where to look first when there is no SQLite, and when there is no PostgreSQL.
const SQLITE: &str = "the component's `sqlite_databases` must name `default`; or its file or disk fails";
const SERVER: &str = "`database_url` must be postgres://user:password@host/database, and the component's \
    `allowed_outbound_hosts` must name that host as postgres://host; or the server does not answer";

impl Guest for Adapter {
    async fn spoken() -> Dialect {
        // Where it can't be told, nothing can be asked either.
        if matches!(postgres_url().await, Ok(Some(_))) { Dialect::Postgres } else { Dialect::Sqlite }
    }

    async fn query(sql: String, params: Vec<Value>) -> Result<Rows, Error> {
        let rows = match postgres_url().await? {
            Some(url) => postgres::query(&url, &sql, params).await.inspect_err(|error| hint(error, SERVER)),
            None => sqlite::query(&sql, params).await.inspect_err(|error| hint(error, SQLITE)),
        };
        rows.map(|rows| Rows { rows })
    }

    async fn transact(statements: Vec<Statement>) -> Result<Vec<u64>, Error> {
        match postgres_url().await? {
            Some(url) => postgres::transact(&url, &statements).await.inspect_err(|error| hint(error, SERVER)),
            None => sqlite::transact(&statements).await.inspect_err(|error| hint(error, SQLITE)),
        }
    }
}

/// Tells the log, once in each instance, what to look at where the database can't be reached: the component knows of no
/// such settings. Spin's own words are kept out, since they may quote an address with its password.
fn hint(error: &Error, why: &str) {
    if matches!(error, Error::Unavailable) && !HINTED.replace(true) {
        log_unreachable(why);
    }
}

fn log_unreachable(why: &str) {
    log::line("ERROR", "the database can't be reached", [("why".to_owned(), why.to_owned())]);
}

/// Kept once it is known. A provider that fails must not be taken for nobody having set it: that would be another,
/// empty database.
async fn postgres_url() -> Result<Option<String>, Error> {
    if let Some(url) = POSTGRES.with(|url| url.get().cloned()) {
        return Ok(url);
    }
    let url = match variables::get("database_url").await {
        Ok(url) => Some(url).filter(|url| !url.is_empty()).map(|url| postgres::with_session(&url)),
        Err(variables::Error::Undefined(_)) => None,
        Err(error) => {
            log_unreachable(&format!("`database_url` can't be read: {}", kind(&error)));
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

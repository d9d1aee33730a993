//! PostgreSQL, at the address in the variable `database_url`.
//!
//! Spin pools connections and does not roll back what is left open on one (4.1): every path here ends its
//! transaction, and none begins on another's. A failure before COMMIT changed nothing; one after it was asked for may have.
//!
//! Spin 4.1 checks the type of a parameter against the column's, strictly, and reads some types only. For a schema that
//! means: `boolean`, `bigint`, `text`, `bytea`, and casts where an expression is of another type (`sum(n)::bigint`).

mod errors;
mod values;

use super::transaction::{self, Session};
use crate::bindings::storage::{Error, Statement, Value};
use errors::{is_of_no_table, rejected, typed};
use futures::future::{Either, select};
use mana_auth_sql::{changes_rows, numbered_with_dollar, transaction as protocol};
use spin_sdk::{pg::Connection, time};
use std::{pin::pin, time::Duration};
use values::{parameter, value, weight};

/// How often a batch is tried that others got in the way of (SQLSTATE 40001, 40P01, 55P03).
const ATTEMPTS: u32 = 8;
/// The longest pause after the first attempt, which doubles with each. Without pauses, those who failed together fail
/// together again.
const PAUSE: Duration = Duration::from_millis(10);
/// How long a connection may take. A host that swallows packets would never refuse.
const OPENING: Duration = Duration::from_secs(5);
/// How long an answer to a query may take, the connection included.
const ANSWERING: Duration = Duration::from_secs(10);
/// The most that an answer may hold, in bytes.
const ANSWER: usize = 8 * 1024 * 1024;

/// What is told to a session: the schema that the tables are in, before that of temporary tables; and bounds.
const SESSION: &str = "options=-c%20search_path%3Dmana%2Cpg_temp%20-c%20default_transaction_read_only%3Don%20-c%20statement_timeout%3D5s";

/// The address, with what each session is told. Without a word of TLS, Spin would let the network decide.
pub fn with_session(url: &str) -> String {
    let more = if url.contains('?') { '&' } else { '?' };
    let mode = if url.contains("sslmode=") || is_of_this_machine(url) { "" } else { "sslmode=require&" };
    format!("{url}{more}{mode}{SESSION}")
}

fn is_of_this_machine(url: &str) -> bool {
    let address = url.split_once("://").map_or(url, |(_, address)| address);
    let authority = address.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // The folder of a socket is percent-encoded, or stands behind the question mark.
    host.is_empty()
        || host.starts_with("%2F")
        || ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|own| host.strip_prefix(own).is_some_and(|port| port.is_empty() || port.starts_with(':')))
}

pub async fn query(url: &str, sql: &str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, Error> {
    within(ANSWERING, read(url, sql, params)).await
}

async fn read(url: &str, sql: &str, params: Vec<Value>) -> Result<Vec<Vec<Value>>, Error> {
    let params: Vec<_> = params.into_iter().map(parameter).collect();
    let database = open(url).await?;
    let answer = database.query(numbered_with_dollar(sql), params).await;
    let mut answer = answer.map_err(|error| typed(error, 0))?;
    let (mut rows, mut size) = (Vec::new(), 0_usize);
    while let Some(row) = answer.rows().next().await {
        size = row.iter().map(weight).fold(size, usize::saturating_add);
        if size > ANSWER {
            return Err(rejected(0, format!("the answer holds more than {ANSWER} bytes")));
        }
        rows.push(row.into_iter().map(value).collect::<Result<Vec<_>, _>>()?);
    }
    answer.result().await.map_err(|error| typed(error, 0))?;
    Ok(rows)
}

pub async fn transact(url: &str, statements: &[Statement]) -> Result<Vec<u64>, Error> {
    transaction::commit(ATTEMPTS, async || Ok(Pooled(open(url).await?)), statements).await
}

struct Pooled(Connection);

impl Session for Pooled {
    const BEGIN: &'static str = protocol::BEGIN;
    /// An instance that ended in the middle (`--request-timeout`) leaves its locks on a connection in the pool, until that is used
    /// again, or the time is over that it may idle.
    const SETTINGS: &'static [&'static str] = &protocol::BOUNDS;

    async fn execute(&self, sql: &str, params: Vec<Value>, position: u32) -> Result<u64, Error> {
        let params: Vec<_> = params.into_iter().map(parameter).collect();
        let affected = self.0.execute(numbered_with_dollar(sql), params).await;
        let affected = affected.map_err(|error| typed(error, position))?;
        // Of a SELECT, PostgreSQL tells how many rows it read.
        Ok(if changes_rows(sql) { affected } else { 0 })
    }

    async fn lock(&self) -> Result<bool, Error> {
        match self.0.execute(protocol::LOCK, vec![]).await {
            Ok(_) => Ok(true),
            Err(error) if is_of_no_table(&error) => Ok(false),
            Err(error) => Err(typed(error, 0)),
        }
    }

    async fn pause(failures: u32) {
        let longest = PAUSE * 2_u32.saturating_pow(failures.saturating_sub(1));
        // Where there is no chance, everybody waits as long.
        let part = getrandom::u32().unwrap_or(u32::MAX);
        time::sleep(longest.mul_f64(f64::from(part) / f64::from(u32::MAX))).await;
    }

    /// The connection may have been lost before COMMIT arrived, or after.
    fn after_commit(error: Error) -> Error {
        if matches!(error, Error::Unavailable) { Error::OutcomeUnknown } else { error }
    }
}

/// A connection of the pool's. An instance that ended in the middle may have left a transaction open on it, which
/// the next COMMIT would make true.
async fn open(url: &str) -> Result<Connection, Error> {
    let opened = async {
        let database = Connection::open(url).await.map_err(|error| typed(error, 0))?;
        // The server would write a warning to its log, with each call, that there is nothing to roll back. Where
        // there is something, it warns of this one, or refuses it, and ROLLBACK ends it all the same.
        let _ = database.execute("BEGIN", vec![]).await;
        database.execute("ROLLBACK", vec![]).await.map_err(|error| typed(error, 0))?;
        Ok(database)
    };
    within(OPENING, opened).await
}

/// Gives up what takes too long. Not for what may have changed something.
async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match select(pin!(work), pin!(time::sleep(limit))).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(_) => Err(Error::Unavailable),
    }
}

//! The import `storage`: a database behind one small trait.

mod bounds;
mod counts;
mod postgres;
mod queue;
mod sqlite;

pub use crate::bindings::mana::auth::storage::{Conflict, Dialect, Error, Rejection, Rows, Statement, Value};
pub use counts::Counts;
pub(crate) use postgres::copy_out;
pub use postgres::{
    CopyIn, CopyInError, CopyOutError, Postgres, PostgresError, PostgresUrl, PostgresUrlProblem,
};
pub(crate) use sqlite::read_only;
pub use sqlite::{
    CopyError, DatabaseFile, OpenError, Sqlite, SqliteOptions, copy, copy_file, cut_log, ensure_free, hold,
    replace,
};

use async_trait::async_trait;

/// A relational database, as `wit/storage.wit` describes it. Every promise that the interface makes is this
/// trait's to keep, and [`Storage::transact`] runs to its end even when its future is dropped.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// The dialect of SQL that the database speaks.
    fn dialect(&self) -> Dialect;

    /// Reads.
    ///
    /// # Errors
    ///
    /// As `storage.query` says.
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error>;

    /// Commits every statement, in order, or none.
    ///
    /// # Errors
    ///
    /// As `storage.transact` says. Nothing was changed, but after `outcome-unknown`.
    async fn transact(&self, statements: Vec<Statement>) -> Result<Vec<u64>, Error>;
}

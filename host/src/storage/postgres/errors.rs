//! From PostgreSQL's errors to those of `storage.wit`.

use super::{complaints::Complaints, values::Mismatch};
use crate::storage::{Conflict, Error, bounds::rejected};
use mana_auth_sql::{Fault, transaction::NO_TABLE};
use std::error::Error as _;
use tokio_postgres::{Error as PgError, error::SqlState};

/// What an error of a batch's `statement`th statement means.
pub(super) fn typed(statement: u32, error: &PgError, complaints: &Complaints) -> Error {
    let Some(words) = error.as_db_error() else {
        let mismatch = error.source().and_then(|source| source.downcast_ref::<Mismatch>());
        return mismatch.map_or_else(
            || unavailable(error, complaints),
            |mismatch| rejected(statement, mismatch.to_string()),
        );
    };
    let (state, constraint) = (words.code().code(), words.constraint().unwrap_or_default());
    match Fault::of(state, constraint) {
        Fault::Conflict => Error::Conflict(Conflict { statement, constraint: constraint.to_owned() }),
        Fault::InTheWay => Error::Busy,
        Fault::Unavailable => unavailable(error, complaints),
        Fault::Value => rejected(statement, format!("a value is refused (SQLSTATE {state})")),
        Fault::Statement => rejected(statement, words.message()),
    }
}

/// The same of our own `BEGIN`, `SAVEPOINT` or `ROLLBACK`: never a refusal, since no caller wrote it.
pub(super) fn of_control(error: &PgError, complaints: &Complaints) -> Error {
    match typed(0, error, complaints) {
        Error::Rejected(_) | Error::Conflict(_) => unavailable(error, complaints),
        other => other,
    }
}

/// The same of a COMMIT: a connection that was lost then leaves open whether it happened.
pub(super) fn of_commit(error: &PgError, complaints: &Complaints) -> Error {
    if error.as_db_error().is_some() { of_control(error, complaints) } else { Error::OutcomeUnknown }
}

/// Whether it says that a table is missing.
pub(super) fn is_of_no_table(error: &PgError) -> bool {
    error.code().is_some_and(|state| state.code() == NO_TABLE)
}

/// The one error whose cause the caller is not told, so it goes to the log: without the server's words, which may quote a value.
fn unavailable(error: &PgError, complaints: &Complaints) -> Error {
    let what = if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        "the role lacks a right: after a migration comes ops/postgresql/grants.sql"
    } else {
        "the database is unavailable"
    };
    let cause = error.code().map_or_else(|| error.to_string(), |state| format!("SQLSTATE {}", state.code()));
    complaints.make(what, &cause);
    Error::Unavailable
}

//! From SQLite's result codes to the errors of `storage.wit`.
//!
//! What SQLite says while it prepares a statement is about the text of the SQL. What it says while it runs one
//! may quote a parameter (`bad JSON path: '…'`), so only the words for a broken constraint, which come from the
//! schema, are passed on.

use crate::storage::{Conflict, Error, bounds::rejected};
use rusqlite::ErrorCode;
use rusqlite::ffi;

/// The error for a statement that could not be prepared.
pub(super) fn of_prepare(statement: u32, error: &rusqlite::Error) -> Error {
    of_code(statement, error, message(error))
}

/// The error for a statement that failed while it ran.
pub(super) fn of_run(statement: u32, error: &rusqlite::Error) -> Error {
    let words = match error.sqlite_error() {
        Some(cause) if cause.code == ErrorCode::ConstraintViolation => message(error),
        Some(cause) => ffi::code_to_str(cause.extended_code).to_owned(),
        None => "the statement can't be run".to_owned(),
    };
    of_code(statement, error, words)
}

/// The error for our own `BEGIN`, `SAVEPOINT`, `RELEASE` or `ROLLBACK`: never a refusal, since no caller wrote it.
pub(super) fn of_control(error: &rusqlite::Error) -> Error {
    match of_run(0, error) {
        Error::Rejected(_) => unavailable(error),
        other => other,
    }
}

/// The error for a `COMMIT` of a batch with this many statements.
pub(super) fn of_commit(statements: usize, error: &rusqlite::Error) -> Error {
    match error.sqlite_error().map(|cause| cause.extended_code) {
        // The log may hold the whole transaction. It is undone in this process, but should the machine stop
        // before the next commit, recovery would bring it back.
        Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) => Error::OutcomeUnknown,
        // A deferred constraint, which SQLite checks only now. No statement can be blamed but the last.
        Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => {
            let last = u32::try_from(statements.saturating_sub(1)).unwrap_or(u32::MAX);
            Error::Conflict(Conflict { statement: last, constraint: String::new() })
        }
        _ => of_control(error),
    }
}

fn of_code(statement: u32, error: &rusqlite::Error, words: String) -> Error {
    let Some(cause) = error.sqlite_error() else { return rejected(statement, words) };
    match (cause.code, cause.extended_code) {
        (
            _,
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_ROWID
            | ffi::SQLITE_CONSTRAINT_FOREIGNKEY,
        ) => Error::Conflict(Conflict { statement, constraint: constraint(&words).to_owned() }),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed, _) => {
            Error::Busy
        }
        (
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::NoLargeFileSupport
            | ErrorCode::OutOfMemory
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::OperationInterrupted
            | ErrorCode::OperationAborted,
            _,
        ) => unavailable(error),
        _ => rejected(statement, words),
    }
}

/// The one error whose cause the caller is not told, so it goes to the log. Codes quote no parameter.
fn unavailable(error: &rusqlite::Error) -> Error {
    let code = error.sqlite_error().map_or(0, |cause| cause.extended_code);
    tracing::error!(code, reason = ffi::code_to_str(code), "the database is unavailable");
    Error::Unavailable
}

/// SQLite's own words.
fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// What a message about a constraint names: `table.column, table.column`, or an index on expressions by its name.
/// Empty for foreign keys, which SQLite does not name.
fn constraint(message: &str) -> &str {
    let Some(named) = message.strip_prefix("UNIQUE constraint failed: ") else { return "" };
    named.strip_prefix("index '").and_then(|index| index.strip_suffix('\'')).unwrap_or(named)
}

#[cfg(test)]
mod tests {
    use super::constraint;
    use proptest::prelude::*;

    #[test]
    fn a_foreign_key_has_no_name() {
        assert_eq!(constraint("FOREIGN KEY constraint failed"), "");
    }

    proptest! {
        #[test]
        fn columns_are_named_as_sqlite_lists_them(
            columns in prop::collection::vec(("[a-z_ '.]{1,12}", "[a-zé_ ,]{1,12}"), 1..5)
        ) {
            let list = columns.iter().map(|(table, column)| format!("{table}.{column}")).collect::<Vec<_>>();
            let list = list.join(", ");
            prop_assume!(!list.starts_with("index '"));
            let message = format!("UNIQUE constraint failed: {list}");
            prop_assert_eq!(constraint(&message), list);
        }

        #[test]
        fn an_index_on_expressions_is_named(name in "[a-zA-Z0-9_' .]{1,20}") {
            let message = format!("UNIQUE constraint failed: index '{name}'");
            prop_assert_eq!(constraint(&message), name);
        }

        #[test]
        fn other_words_name_nothing(message in any::<String>()) {
            prop_assume!(!message.starts_with("UNIQUE constraint failed: "));
            prop_assert_eq!(constraint(&message), "");
        }
    }
}

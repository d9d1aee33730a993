//! From PostgreSQL's errors to typed ones.

use crate::bindings::storage::{Conflict, Error, Rejection};
use mana_auth_sql::{Fault, transaction as protocol};
use spin_sdk::pg::{DbError, Error as SdkError, PgError, QueryError};

/// What an error of a batch's `statement`th statement means.
pub fn typed(error: SdkError, statement: u32) -> Error {
    match error {
        SdkError::Decode(words) => rejected(statement, words),
        SdkError::PgError(PgError::ConnectionFailed(_) | PgError::Other(_)) => Error::Unavailable,
        SdkError::PgError(PgError::QueryFailed(QueryError::DbError(error))) => database(error, statement),
        SdkError::PgError(PgError::QueryFailed(QueryError::Text(words))) => driver(&words, statement),
        SdkError::PgError(PgError::BadParameter(words) | PgError::ValueConversionFailed(words)) => {
            rejected(statement, words)
        }
    }
}

/// Whether it says that there is no such table.
pub fn is_of_no_table(error: &SdkError) -> bool {
    matches!(error, SdkError::PgError(PgError::QueryFailed(QueryError::DbError(error))) if error.code == protocol::NO_TABLE)
}

fn database(error: DbError, statement: u32) -> Error {
    let constraint = error.extras.into_iter().find(|(name, _)| name == "constraint");
    let constraint = constraint.map(|(_, name)| name).unwrap_or_default();
    match Fault::of(&error.code, &constraint) {
        Fault::Conflict => Error::Conflict(Conflict { statement, constraint }),
        Fault::InTheWay => Error::Busy,
        Fault::Unavailable => Error::Unavailable,
        Fault::Value => rejected(statement, format!("a value is refused (SQLSTATE {})", error.code)),
        Fault::Statement => rejected(statement, error.message),
    }
}

/// What the driver itself says comes as text (Spin 4.1: its debug form). Only what is known to be the statement's fault
/// is a rejection: other words may tell of a lost connection, after which nobody knows whether a COMMIT happened.
fn driver(words: &str, statement: u32) -> Error {
    const FAULTS: &[&str] = &[
        "Error { kind: ToSql(",
        "Error { kind: Parameters(",
        "Error { kind: Encode",
        "Error { kind: FromSql(",
        "error deserializing column",
        "query result exceeds limit",
    ];
    if FAULTS.iter().any(|fault| words.starts_with(fault)) {
        // Spin may put its own stack behind the words.
        let words = words.split("\n\nStack backtrace").next().unwrap_or_default();
        rejected(statement, words.to_owned())
    } else {
        Error::Unavailable
    }
}

/// A statement that is refused.
pub const fn rejected(statement: u32, message: String) -> Error {
    Error::Rejected(Rejection { statement, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is made of the server's error in the third statement.
    fn of_the_server(code: &str, message: &str) -> Error {
        let error = DbError {
            as_text: String::new(),
            severity: "ERROR".to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
            detail: None,
            extras: vec![("constraint".to_owned(), "u_pkey".to_owned())],
        };
        typed(SdkError::PgError(PgError::QueryFailed(QueryError::DbError(error))), 2)
    }

    fn of_the_driver(words: &str) -> Error {
        typed(SdkError::PgError(PgError::QueryFailed(QueryError::Text(words.to_owned()))), 2)
    }

    #[test]
    fn a_conflict_names_its_constraint() {
        let error = of_the_server("23505", "");
        assert!(matches!(&error, Error::Conflict(c) if c.statement == 2 && c.constraint == "u_pkey"));
        assert!(matches!(of_the_server("40001", ""), Error::Busy));
        assert!(matches!(of_the_server("57P01", ""), Error::Unavailable));
        let error = of_the_server("42601", "no");
        assert!(matches!(error, Error::Rejected(r) if r.statement == 2 && r.message == "no"));
    }

    #[test]
    fn a_refused_value_is_not_quoted() {
        let error = of_the_server("22P02", "invalid input syntax for type bigint: \"secret\"");
        assert!(matches!(error, Error::Rejected(r) if r.statement == 2 && !r.message.contains("secret")));
    }

    /// The words are what Spin 4.1 answers.
    #[test]
    fn the_drivers_words_tell_a_wrong_statement_from_a_lost_connection() {
        for words in [
            r#"Error { kind: ToSql(0), cause: Some(WrongType { postgres: Int4, rust: "i64" }) }"#,
            "Error { kind: Parameters(1, 2), cause: None }",
            "error deserializing column 0\n\nCaused by:\n    value too large to decode\n\nStack backtrace:\n   0: anyhow",
        ] {
            let error = of_the_driver(words);
            assert!(
                matches!(error, Error::Rejected(r) if r.statement == 2 && !r.message.contains("anyhow")),
                "{words}"
            );
        }
        for words in ["Error { kind: Closed, cause: None }", "Error { kind: Io, cause: None }", "whatever"] {
            assert!(matches!(of_the_driver(words), Error::Unavailable), "{words}");
        }
    }
}

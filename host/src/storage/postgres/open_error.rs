//! Why a database on a server can't be used.

use std::{error::Error as _, io};

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// TLS can't be prepared.
    #[error("database_url: TLS: {0}")]
    Tls(io::Error),
    /// The server can't be reached, or refuses, or is a standby.
    #[error("database_url: the database can't be reached: {0}")]
    Unreachable(String),
    /// It was asked for outside of tokio's runtime.
    #[error("there is no runtime for connections")]
    Runtime,
}

/// The server's words for a person: without its details, which may quote a value. Or the driver's, with the cause behind them.
pub(super) fn words(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(told), _) => format!("{} (SQLSTATE {})", told.message(), told.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

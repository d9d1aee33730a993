//! Why a database on a server can't be used.

use std::io;

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

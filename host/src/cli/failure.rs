//! Why a command did not do what it was asked for: one line, and an exit code.

use mana_auth::{
    BuildError, StartError,
    audit_log::{CheckpointsError, VerifyError},
    bindings::exports::mana::auth::{accounts, audit, keys, mail, maintenance, sessions, sessions_read},
    config::{self, Origin},
    secret,
    storage::{CopyError, CopyInError, PostgresUrlProblem},
};
use std::{fmt, io, net::SocketAddr, path::PathBuf, process::ExitCode};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is wrong, as the host sees it.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The configuration is wrong, as the component sees it.
    #[error("{key}: {problem} ({origin})")]
    Setting {
        /// The key.
        key: String,
        /// What is wrong with its value.
        problem: String,
        /// Where it was set.
        origin: Origin,
    },
    /// Nothing can listen there.
    #[error("{key}: cannot listen on {address}: {source} ({origin})")]
    Listen {
        /// `listen` or `management`.
        key: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
        /// Where the address was set.
        origin: Origin,
    },
    /// There is no database to work on.
    #[error("data: {} does not exist; `mana-auth serve` makes it", .0.display())]
    NoDatabase(PathBuf),
    /// The database is no file.
    #[error(
        "database_url: is set, and a database on a server is copied by its own programs: pg_dump and pg_restore (docs/postgresql.md)"
    )]
    NoFile,
    /// There is no database to copy to.
    #[error("--to: says no database, and neither does `database_url`")]
    NoTarget,
    /// The address of the database to copy to is none.
    #[error("--to: {0}")]
    Target(PostgresUrlProblem),
    /// There is no secret of the servers.
    #[error(
        "secrets: are not set: give this command the servers' configuration, for a server with another secret can't open the keys that it makes"
    )]
    NoSecrets,
    /// There is no address to ask.
    #[error("management: is off, so there is nobody to ask ({0})")]
    NoManagement(Origin),
    /// There was a database.
    #[error(
        "data: {} is gone, though {} tells of what it held: restore a backup (`mana-auth restore`), or begin with an empty one (`mana-auth serve --new-database`)",
        database.display(), checkpoints.display()
    )]
    LostDatabase {
        /// The database.
        database: PathBuf,
        /// The file of checkpoints.
        checkpoints: PathBuf,
    },
    /// A database can't be copied or replaced.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A database can't be brought to a server.
    #[error(transparent)]
    CopyIn(#[from] CopyInError),
    /// The secret can't be had.
    #[error(transparent)]
    Secret(#[from] secret::Error),
    /// The service can't be put together.
    #[error("{}", one_line(.0))]
    Build(#[from] BuildError),
    /// The component refuses to start.
    #[error("{}", one_line(.0))]
    Start(#[from] StartError),
    /// The component trapped.
    #[error("the component failed: {}", one_line(.0))]
    Trapped(#[from] wasmtime::Error),
    /// Checkpoints can't be kept.
    #[error(transparent)]
    Checkpoints(#[from] CheckpointsError),
    /// The audit log can't be verified.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// A file can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds no checkpoint.
    #[error("{}: holds no checkpoint (a signed note)", .0.display())]
    NoCheckpoint(PathBuf),
    /// The table of what an import has seen can't be written.
    #[error("the temporary folder: {0}")]
    Seen(#[from] rusqlite::Error),
    /// The operating system refuses.
    #[error("{0}")]
    System(#[from] io::Error),
    /// The command was understood, and refused.
    #[error("{0}")]
    Refused(CommandError),
}

impl Failure {
    /// 1 where the command was refused, 2 where it could not begin.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Refused(_)
            | Self::Trapped(_)
            | Self::Copy(_)
            | Self::CopyIn(_)
            | Self::Secret(secret::Error::Full { .. }) => ExitCode::from(1),
            _ => ExitCode::from(2),
        }
    }
}

/// Why a command was refused.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The input is wrong.
    #[error("{}", problems(.0))]
    Invalid(Vec<accounts::Problem>),
    /// There is such an account.
    #[error("an account with this address exists")]
    EmailTaken,
    /// There is no such user.
    #[error("no such user")]
    NoUser,
    /// The server does not answer, or says that it can't.
    #[error("not ready: {0}")]
    Unhealthy(String),
    /// The audit log is not what was signed.
    #[error("not intact: {0}")]
    Altered(String),
    /// The details are destroyed, and may still be in the database's log.
    #[error(
        "the details are erased, but the log beside the database is in use and still holds them: do it again"
    )]
    LogInUse,
    /// The same of what is to be copied.
    #[error("the audit log is not intact: {0}; `--not-intact` copies it as it is, and nothing was copied")]
    SourceAltered(String),
    /// What was copied is not what was there.
    #[error("the copy differs: empty the database, and do it again {0}")]
    CopyDiffers(String),
    /// A mail was not accepted.
    #[error("the mail was not accepted: {0}")]
    NotAccepted(String),
    /// There is no mail, or nobody to write to.
    #[error("there is no mail (`smtp_url`), or this is no address")]
    NoMail,
    /// There is no such session.
    #[error("no such session")]
    NoSession,
    /// There is no such key.
    #[error("no such key")]
    NoKey,
    /// The two passwords differ.
    #[error("the passwords differ")]
    PasswordsDiffer,
    /// The secret that the service made for itself isn't the one that it uses.
    #[error(
        "`secrets` is set ({0}): put the new version in front of it there, and restart (docs/configuration.md)"
    )]
    SecretsSet(Origin),
    /// The secret isn't in the data folder.
    #[error("`secrets` is set ({0}): back it up there")]
    SecretElsewhere(Origin),
    /// There is no password on standard input.
    #[error("no password on standard input")]
    NoPassword,
    /// Lines of an import can't be taken.
    #[error("lines that can't be taken: {0}")]
    LinesSkipped(u64),
    /// An import stopped midway.
    #[error(
        "it stopped at line {0}: the database can't be reached, is too busy, or refused it; what is counted is in, so run it again"
    )]
    ImportStopped(u64),
    /// The database or the hash queue.
    #[error("the database can't be reached, is too busy, or refused it; nothing was changed")]
    Unavailable,
    /// A fault of the service, or an audit log that is not what was signed.
    #[error("the service has failed: its log says why; nothing was changed")]
    Internal,
}

impl From<accounts::Error> for Failure {
    fn from(error: accounts::Error) -> Self {
        Self::Refused(match error {
            accounts::Error::Invalid(problems) => CommandError::Invalid(problems),
            accounts::Error::EmailTaken => CommandError::EmailTaken,
            accounts::Error::NotFound => CommandError::NoUser,
            accounts::Error::Busy | accounts::Error::Unavailable => CommandError::Unavailable,
            accounts::Error::Internal => CommandError::Internal,
        })
    }
}

impl From<sessions_read::Error> for Failure {
    fn from(error: sessions_read::Error) -> Self {
        Self::Refused(match error {
            sessions_read::Error::NotFound => CommandError::NoSession,
            sessions_read::Error::Denied | sessions_read::Error::Unavailable => CommandError::Unavailable,
            sessions_read::Error::Internal => CommandError::Internal,
        })
    }
}

impl From<sessions::Error> for Failure {
    fn from(error: sessions::Error) -> Self {
        Self::Refused(match error {
            sessions::Error::NotFound => CommandError::NoSession,
            sessions::Error::Unavailable => CommandError::Unavailable,
            sessions::Error::Internal => CommandError::Internal,
        })
    }
}

impl From<audit::Error> for Failure {
    fn from(error: audit::Error) -> Self {
        Self::Refused(match error {
            audit::Error::Invalid(problems) => CommandError::Invalid(problems),
            audit::Error::NotFound => CommandError::NoUser,
            audit::Error::Unavailable => CommandError::Unavailable,
            audit::Error::Internal => CommandError::Internal,
        })
    }
}

impl From<keys::Error> for Failure {
    fn from(error: keys::Error) -> Self {
        Self::Refused(match error {
            keys::Error::NotFound => CommandError::NoKey,
            keys::Error::Unavailable => CommandError::Unavailable,
            keys::Error::Internal => CommandError::Internal,
        })
    }
}

impl From<mail::Error> for Failure {
    fn from(error: mail::Error) -> Self {
        Self::Refused(match error {
            mail::Error::Unavailable => CommandError::Unavailable,
            mail::Error::Internal => CommandError::Internal,
        })
    }
}

impl From<maintenance::Error> for Failure {
    fn from(error: maintenance::Error) -> Self {
        Self::Refused(match error {
            maintenance::Error::Unavailable => CommandError::Unavailable,
            maintenance::Error::Internal => CommandError::Internal,
        })
    }
}

fn problems(problems: &[accounts::Problem]) -> String {
    problems.iter().map(|p| format!("{}: {}", p.field, p.message)).collect::<Vec<_>>().join("; ")
}

/// Others' errors may have several lines.
fn one_line(error: &impl fmt::Display) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}

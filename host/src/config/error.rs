//! What can be wrong with a configuration: which key, where it was set, and why. Never the value.

use super::variable::PREFIX;
use crate::{mail::SmtpUrlProblem, storage::PostgresUrlProblem};
use mana_auth_settings::{Owner, find, of_server};
use std::{fmt, io, path::PathBuf};

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag(&'static str),
    /// An environment variable.
    Environment(String),
    /// A file.
    File(PathBuf),
    /// The program that embeds the service.
    Program,
    /// Nowhere: the default.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(out, "flag --{name}"),
            Self::Environment(name) => write!(out, "environment variable {}", variable(name)),
            Self::File(path) => write!(out, "file {}", path.display()),
            Self::Program => out.write_str("set by the program"),
            Self::Default => out.write_str("default"),
        }
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not what its kind reads.
    #[error(transparent)]
    Value(#[from] mana_auth_settings::Problem),
    /// Not Unicode.
    #[error("must be Unicode text")]
    NotText,
    /// An item that could not be told from two.
    #[error("an item must not contain a comma")]
    Comma,
    /// No socket address.
    #[error("must be an IP address and a port, such as 127.0.0.1:3001")]
    Address,
    /// A list item that is no address or network.
    #[error("item {0} must be an IP address or a network such as 10.0.0.0/8")]
    Network(usize),
    /// No address of a server that takes mails.
    #[error(transparent)]
    SmtpUrl(#[from] SmtpUrlProblem),
    /// No address of a PostgreSQL.
    #[error(transparent)]
    DatabaseUrl(#[from] PostgresUrlProblem),
    /// No http or https URL.
    #[error("must be an http or https URL without user, query or fragment")]
    Url,
    /// A domain that belongs to nobody.
    #[error("must not be a public suffix (https://publicsuffix.org): browsers take no cookie for one")]
    PublicSuffix,
    /// Not what the log understands.
    #[error("must be a level (error, warn, info, debug, trace) or directives such as info,mana_auth=debug")]
    LogLevel,
    /// None of the formats.
    #[error("must be auto, text or json")]
    LogFormat,
}

impl Problem {
    pub(super) const fn type_of(expected: &'static str) -> Self {
        Self::Value(mana_auth_settings::Problem::Type(expected))
    }
}

/// Why a configuration can't be used. Each is one line that names the key and where it was set.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read.
    #[error("configuration file {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds secrets, and others can read it.
    #[error("configuration file {path} holds secrets, and others can read it (mode {mode:04o}): run `chmod 600 {path}`", path = path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file isn't TOML.
    #[error("configuration file {path}, line {line}: {message}", path = path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser says; it never quotes the file.
        message: String,
    },
    /// A key that nobody knows.
    #[error("unknown key {}{} ({origin})", unknown(key), meant(key, origin))]
    UnknownKey {
        /// The key, as it was written.
        key: String,
        /// Where.
        origin: Origin,
    },
    /// A value that its key can't have.
    #[error("{key}: {problem} ({origin})")]
    WrongValue {
        /// The key.
        key: &'static str,
        /// What is wrong.
        problem: Problem,
        /// Where it was set.
        origin: Origin,
    },
    /// The service is reachable from outside, and nobody said under which address.
    #[error("public_url: must be set where `listen` is no loopback address")]
    NoPublicUrl,
}

/// The known key that a name which may be shown is most like, as it is written there.
fn meant(key: &str, origin: &Origin) -> String {
    if find(key).is_some_and(|key| key.owner == Owner::Spin) {
        return ": it is one for Spin alone".to_owned();
    }
    let alike = |known: &str| strsim::jaro_winkler(known, key);
    let best = of_server().map(|known| known.name).filter(|_| looks_like_a_key(key));
    let best = best.max_by(|one, other| alike(one).total_cmp(&alike(other)));
    let Some(best) = best.filter(|best| alike(best) > 0.85) else { return String::new() };
    match origin {
        Origin::Environment(_) => format!(": did you mean `{PREFIX}{}`?", best.to_ascii_uppercase()),
        _ => format!(": did you mean `{best}`?"),
    }
}

/// More than any key has. A secret is longer, or has digits, or capitals.
const LONGEST: usize = 31;

/// Whether what somebody has written where a key belongs looks like one. Anything else may be a secret that was put into the wrong place.
fn looks_like_a_key(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// An unknown key, as far as it may be shown.
fn unknown(key: &str) -> String {
    if looks_like_a_key(key) {
        format!("`{key}`")
    } else {
        "that may be a secret, and is not shown".to_owned()
    }
}

/// The name of an environment variable, as far as it may be shown.
fn variable(name: &str) -> String {
    let (prefix, key) = name.strip_prefix(PREFIX).map_or(("", name), |key| (PREFIX, key));
    if looks_like_a_key(&key.to_ascii_lowercase()) { name.to_owned() } else { format!("{prefix}…") }
}

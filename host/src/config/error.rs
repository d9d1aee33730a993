//! What can be wrong with a configuration: which key, where it was set, and why. Never the value.

use super::variable::PREFIX;
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
    /// Of another type than the key takes.
    #[error("must be {0}")]
    Type(&'static str),
    /// A number outside its bounds.
    #[error("must be {min} to {max} {unit}")]
    Range {
        /// The least allowed.
        min: u64,
        /// The most allowed.
        max: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// Not Unicode.
    #[error("must be Unicode text")]
    NotText,
    /// Nothing.
    #[error("must not be empty")]
    Empty,
    /// An item that could not be told from two.
    #[error("an item must not contain a comma")]
    Comma,
    /// No socket address.
    #[error("must be an IP address and a port, such as 127.0.0.1:3001")]
    Address,
    /// A list item that is no address or network.
    #[error("item {0} must be an IP address or a network such as 10.0.0.0/8")]
    Network(usize),
    /// No http or https URL.
    #[error("must be an http or https URL without user, query or fragment")]
    Url,
    /// Not what the log understands.
    #[error("must be a level (error, warn, info, debug, trace) or directives such as info,mana_auth=debug")]
    LogLevel,
    /// None of the formats.
    #[error("must be auto, text or json")]
    LogFormat,
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
    #[error("unknown key {} ({origin})", unknown(key))]
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

//! Why a use case did not succeed, grouped by who is at fault.
//!
//! What a client is told about each is decided in one place, `http/problem.rs`; what the operator is told
//! travels in [`Bug`] and is logged there. The two never share a field.

use crate::time::Span;
use std::{borrow::Cow, fmt};

/// Why a use case did not succeed. Nothing was changed.
#[derive(Debug)]
pub enum Error {
    // The caller's mistake.
    /// Fields of the input are wrong.
    Invalid(Vec<FieldProblem>),

    // Refusals.
    /// E-mail and password don't belong together, or there is no such account.
    InvalidCredentials,
    /// No credential, or a session cookie of no living session.
    Unauthenticated,
    /// A bearer token that is not accepted.
    InvalidToken,
    /// An access token of a session that lives on: its time is over, or it was left behind by a change. Another one is
    /// to be had for the refresh token.
    TokenExpired,
    /// No such refresh token, or none that may be used.
    InvalidRefreshToken,
    /// The account is banned.
    Banned,
    /// Too many attempts failed; for how long further ones are refused.
    Locked(Span),
    /// The client asked too often; when it may ask again.
    RateLimited(Span),
    /// The caller is known and may not do this; why, in public words.
    Forbidden(&'static str),
    /// There is no such thing, or none that the caller may know of.
    NotFound,
    /// The address has an account.
    EmailTaken,

    // Pressure and failure around us.
    /// The hash queue is full, or the database is too busy.
    Overloaded,
    /// Storage can't be reached, or a commit's outcome is unknown.
    StorageUnavailable,

    // Ours.
    /// Something that can't happen did.
    Bug(Bug),
}

/// What is wrong with one field of the input, in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name, as in the contract.
    pub field: Cow<'static, str>,
    /// For example `must be at least 12 characters`. Never what was sent.
    pub message: Cow<'static, str>,
}

/// Something that can't happen, in words for the operator's log.
#[derive(Debug)]
pub enum Bug {
    /// The database refused a statement of ours; its words.
    Rejected(String),
    /// A constraint refused a row where none should; its name.
    Conflict(String),
    /// A column held something else than the schema says; its position.
    Column(usize),
    /// A row that other rows refer to isn't there.
    Missing(&'static str),
    /// What the `passwords` import said can't be.
    Passwords(&'static str),
    /// A key in the database can't be opened with the configured secrets.
    Sealed,
    /// The trail of security events is not what was signed; what is wrong with it.
    Trail(String),
    /// The instance has not been started, and starting it failed.
    NotStarted,
}

/// For the operator's log: never a secret, and never what a client sent.
impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(words) => write!(f, "the database refused a statement: {words}"),
            Self::Conflict(constraint) => write!(f, "a row was refused by {constraint}"),
            Self::Column(position) => {
                write!(f, "column {position} holds something else than the schema says")
            }
            Self::Missing(what) => write!(f, "{what} is missing"),
            Self::Passwords(what) => write!(f, "the host's hashing said what can't be: {what}"),
            Self::Sealed => f.write_str("a key can't be opened with the configured secrets"),
            Self::Trail(finding) => write!(f, "the audit trail is not what was signed: {finding}"),
            Self::NotStarted => f.write_str("the instance could not be started"),
        }
    }
}

/// For the operator's log.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bug(bug) => bug.fmt(f),
            Self::StorageUnavailable => f.write_str("storage can't be reached"),
            Self::Overloaded => f.write_str("the hash queue is full, or the database too busy"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl Error {
    /// A single wrong field.
    #[must_use]
    pub fn invalid(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(vec![FieldProblem { field: field.into(), message: message.into() }])
    }
}

impl From<Bug> for Error {
    fn from(bug: Bug) -> Self {
        Self::Bug(bug)
    }
}

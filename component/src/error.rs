//! Why something did not succeed, so that a signature tells what can happen.
//!
//! `rows` returns [`Failure`]; so does a use case that refuses nothing. A use case that can refuse has its own enum: its refusals,
//! and `Failed`. Three that several domains share are here. An error means that nothing was changed, unless it says
//! otherwise.
//!
//! Each face decides in one place what a client is told: `http/kit/problem.rs`, `exports/failure.rs`. What the operator is told is in
//! [`Bug`], and is logged there. The two never share a field.

use std::{borrow::Cow, fmt};

/// How the ground fails, and with it any use case.
#[derive(Debug)]
pub enum Failure {
    /// The hash queue is full, the database is too busy to write, or others changed the same rows each time that we tried. Usually the
    /// load is at fault: the same call may succeed a second later.
    Overloaded,
    /// Storage can't be reached, or a commit's outcome is unknown. Usually the database is at fault, or the network before it.
    StorageUnavailable,
    /// Something that can't happen did. Usually this program is at fault, or whoever edited the database by hand.
    Bug(Bug),
}

/// Why a use case refuses what its caller names.
#[derive(Debug)]
pub enum LookupError {
    /// It isn't there, or the caller may not know of it. Usually the caller is at fault, or somebody has just removed it.
    NotFound,
    /// See [`Failure`].
    Failed(Failure),
}

/// Why a use case does not do something with its input.
#[derive(Debug)]
pub enum InputError {
    /// A field is wrong. The caller is at fault.
    Invalid(FieldProblem),
    /// See [`Failure`].
    Failed(Failure),
}

/// Why a query is not answered.
#[derive(Debug)]
pub enum QueryError {
    /// A field is wrong. The caller is at fault.
    Invalid(FieldProblem),
    /// What it names isn't there. Usually the caller is at fault, or somebody has just removed it.
    NotFound,
    /// See [`Failure`].
    Failed(Failure),
}

/// Implements `From`, so that `?` converts: from the content of a variant; after a semicolon, from a smaller error by variant.
macro_rules! passes_on {
    ($error:ident: $($variant:ident($held:ty)),+ $(; $smaller:ident { $($same:ident $(($content:ident))?),+ })*) => {
        $(impl From<$held> for $error {
            fn from(held: $held) -> Self {
                Self::$variant(held)
            }
        })+
        $(impl From<$smaller> for $error {
            fn from(smaller: $smaller) -> Self {
                match smaller {
                    $($smaller::$same $(($content))? => Self::$same $(($content))?,)+
                }
            }
        })*
    };
}
pub(crate) use passes_on;

passes_on!(Failure: Bug(Bug));
passes_on!(LookupError: Failed(Failure));
passes_on!(InputError: Invalid(FieldProblem), Failed(Failure));
passes_on!(QueryError: Invalid(FieldProblem), Failed(Failure));

/// What is wrong with one field of the input, in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name, as in the contract.
    pub field: Cow<'static, str>,
    /// For example `must be at least 12 characters`. Never what was sent.
    pub message: Cow<'static, str>,
}

impl FieldProblem {
    /// What is wrong with a field.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// Names the field that a message is about: `.map_err(FieldProblem::of("email"))`.
    pub fn of<M: Into<Cow<'static, str>>>(field: &'static str) -> impl FnOnce(M) -> Self {
        move |message| Self::new(field, message)
    }
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
    /// A key in the database can't be decrypted with the configured secrets.
    Undecryptable,
    /// The audit log is not what was signed; what is wrong with it.
    AuditLog(String),
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
            Self::Undecryptable => f.write_str("a key can't be decrypted with the configured secrets"),
            Self::AuditLog(finding) => write!(f, "the audit log is not what was signed: {finding}"),
            Self::NotStarted => f.write_str("the instance could not be started"),
        }
    }
}

/// For the operator's log.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overloaded => f.write_str("the hash queue is full, or the database too busy"),
            Self::StorageUnavailable => f.write_str("storage can't be reached"),
            Self::Bug(bug) => bug.fmt(f),
        }
    }
}

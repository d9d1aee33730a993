//! Why an address stays as it is.

use crate::error::{Failure, passes_on};

/// Why nothing is mailed.
#[derive(Debug)]
pub enum ChangeEmailError {
    /// This host has no mail.
    NotFound,
    /// The credentials were changed meanwhile.
    InvalidCredentials,
    /// See [`Failure`].
    Failed(Failure),
}

/// Why what was mailed leads to nothing.
#[derive(Debug)]
pub enum ConfirmEmailError {
    /// Token or code are not good: wrong, used, past their time, or left behind by a change.
    TokenInvalid,
    /// Another account has the address, or had it lately. Only who reads its mail is told.
    EmailTaken,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(ChangeEmailError: Failed(Failure));
passes_on!(ConfirmEmailError: Failed(Failure));

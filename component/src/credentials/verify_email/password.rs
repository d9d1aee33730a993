//! What comes with a proof, and why it may do nothing.

use crate::{
    credentials::ReauthenticateError,
    error::{Failure, FieldProblem, InputError, passes_on},
    passwords::{NewPassword, Password},
    throttle::{ThrottleError, Throttled},
};

/// The password that comes with a proof.
pub enum WithPassword<'a> {
    /// None. The one of before goes, whoever set it may have been somebody else; but not where the browser is the one that registered.
    None,
    /// The one of before: it stays.
    Same(&'a Password),
    /// Another one, in its place.
    New(&'a NewPassword),
}

/// Why the address stays unproven. Nothing was spent.
#[derive(Debug)]
pub enum VerifyEmailError {
    /// The new password is too easy to guess.
    Invalid(FieldProblem),
    /// The password is not the one of before.
    InvalidCredentials,
    /// It was wrong too often.
    Throttled(Throttled),
    /// Token or code are not good: wrong, used, past their time, or left behind by a change.
    TokenInvalid,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(VerifyEmailError: Failed(Failure);
    InputError { Invalid(problem), Failed(failure) };
    ReauthenticateError { InvalidCredentials, Throttled(throttled), Failed(failure) };
    ThrottleError { Throttled(throttled), Failed(failure) });

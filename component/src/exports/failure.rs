//! What a caller is told of each failure, in one place; and what the operator is told.

use crate::{
    accounts::{RegisterError, SetEmailError},
    bindings::exports::mana::auth::{
        accounts, audit, keys, mail, maintenance, sessions, sessions_read,
        types::{self, Refusal},
    },
    credentials::{ChangePasswordError, DeleteAccountError, ReauthenticateError, SignInError},
    error::{Failure, FieldProblem, InputError, LookupError, QueryError},
    platform::{self, Level},
    sessions::{AuthenticateError, ExchangeError, RefreshError, SignOutError, SignTokenError},
    throttle::Throttled,
};

/// What is told of each error. A variant without content is told as a case; one with content, listed after `..`, as its content is.
macro_rules! told {
    ($($error:ident as $told:ty { $($variant:ident => $case:ident,)* .. $($held:ident),+ })+) => {
        $(impl From<$error> for $told {
            fn from(error: $error) -> Self {
                match error {
                    $($error::$variant => Self::$case,)*
                    $($error::$held(held) => held.into(),)+
                }
            }
        })+
    };
}

told! {
    LookupError as Refusal { NotFound => NotFound, .. Failed }
    InputError as Refusal { .. Invalid, Failed }
    RegisterError as Refusal { EmailTaken => EmailTaken, .. Invalid, Throttled, Failed }
    SignInError as Refusal { InvalidCredentials => InvalidCredentials, Banned => Banned, EmailNotVerified => EmailNotVerified, .. Throttled, Failed }
    ReauthenticateError as Refusal { InvalidCredentials => InvalidCredentials, .. Throttled, Failed }
    ChangePasswordError as Refusal {
        InvalidCredentials => InvalidCredentials,
        Unauthenticated => Unauthenticated,
        .. Invalid, Failed
    }
    DeleteAccountError as Refusal { InvalidCredentials => InvalidCredentials, .. Failed }
    AuthenticateError as Refusal { Unauthenticated => Unauthenticated, .. Failed }
    ExchangeError as Refusal { ForbiddenOrigin => Forbidden, Unauthenticated => Unauthenticated, .. Failed }
    RefreshError as Refusal { InvalidRefreshToken => InvalidRefreshToken, .. Throttled, Failed }
    SignOutError as Refusal { TokenExpired => TokenExpired, InvalidToken => Unauthenticated, .. Failed }
    SignTokenError as Refusal { Unauthenticated => Unauthenticated, .. Invalid, Failed }

    LookupError as accounts::Error { NotFound => NotFound, .. Failed }
    InputError as accounts::Error { .. Invalid, Failed }
    QueryError as accounts::Error { NotFound => NotFound, .. Invalid, Failed }
    RegisterError as accounts::Error { EmailTaken => EmailTaken, .. Invalid, Throttled, Failed }
    SetEmailError as accounts::Error { NotFound => NotFound, EmailTaken => EmailTaken, .. Failed }
    InputError as audit::Error { .. Invalid, Failed }
    LookupError as keys::Error { NotFound => NotFound, .. Failed }
    LookupError as sessions::Error { NotFound => NotFound, .. Failed }
    LookupError as sessions_read::Error { NotFound => NotFound, .. Failed }
}

/// What is told of a [`Failure`]. Interfaces differ in what they call too much load. The operator is told of a bug.
macro_rules! failed {
    ($($busy:ident as $($told:ty),+;)+) => {
        $($(impl From<Failure> for $told {
            fn from(failure: Failure) -> Self {
                match failure {
                    Failure::Overloaded => Self::$busy,
                    Failure::StorageUnavailable => Self::Unavailable,
                    Failure::Bug(bug) => {
                        platform::log(Level::Error, "internal error", &[("why", &bug.to_string())]);
                        Self::Internal
                    }
                }
            }
        })+)+
    };
}

failed! {
    Busy as Refusal, accounts::Error;
    Unavailable as audit::Error, keys::Error, mail::Error, maintenance::Error, sessions::Error, sessions_read::Error, sessions_read::Refusal;
}

impl From<Throttled> for Refusal {
    fn from(throttled: Throttled) -> Self {
        let seconds = throttled.after().retry_after();
        match throttled {
            Throttled::Locked(_) => Self::Locked(seconds),
            Throttled::RateLimited(_) | Throttled::Undecided => Self::RateLimited(seconds),
        }
    }
}

/// Never comes: an operator's call is not throttled.
impl From<Throttled> for accounts::Error {
    fn from(_: Throttled) -> Self {
        Self::NotFound
    }
}

impl From<FieldProblem> for types::Problem {
    fn from(wrong: FieldProblem) -> Self {
        Self { field: wrong.field.into_owned(), message: wrong.message.into_owned() }
    }
}

macro_rules! invalid {
    ($($told:ty),+) => {
        $(impl From<FieldProblem> for $told {
            fn from(wrong: FieldProblem) -> Self {
                Self::Invalid(vec![wrong.into()])
            }
        })+
    };
}

invalid!(Refusal, accounts::Error, audit::Error);

//! What a client is told about each failure, in one place; and what the operator is told.

use crate::{
    accounts::RegisterError,
    context::Context,
    credentials::{
        AskMagicLinkError, AskVerificationError, ChangeEmailError, ChangePasswordError, ConfirmEmailError,
        DeleteAccountError, ForgotPasswordError, NotMeError, ReauthenticateError, ResetPasswordError,
        SignInError, StepUpError, UseMagicLinkError, VerifyEmailError,
    },
    error::{Bug, Failure, FieldProblem, InputError, LookupError, QueryError},
    platform::{self, Level},
    sessions::{AccessTokenError, AuthenticateError, ExchangeError, RefreshError, SignOutError},
    throttle::Throttled,
    time::Span,
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use mana_auth_hygiene::{self as hygiene, Code};
use std::{borrow::Cow, sync::Arc};

/// A failure on its way out: words for the client, and others for the log.
#[derive(Clone)]
pub struct Problem {
    /// Boxed: every result of a handler is as large as this.
    outside: Box<hygiene::Problem>,
    challenge: Cow<'static, str>,
    inside: Option<Arc<Bug>>,
}

/// What a 401 asks for (RFC 9110 §15.5.2).
const BEARER: &str = "Bearer";
/// The same where a token was shown and refused (RFC 6750 §3.1): expired, revoked, malformed or otherwise invalid.
const INVALID_TOKEN: &str = r#"Bearer error="invalid_token""#;

/// How soon trying again may help where the service is short of something, in seconds.
const SHORTLY: u64 = 1;

/// The answer to each error. A variant without content is answered by what stands beside it; one with content, listed after `..`, as
/// its content is.
macro_rules! answers {
    ($($error:ident { $($variant:ident => $answer:expr,)* .. $($held:ident),+ })+) => {
        $(impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                match error {
                    $($error::$variant => $answer.into(),)*
                    $($error::$held(held) => held.into(),)+
                }
            }
        })+
    };
}

answers! {
    LookupError { NotFound => Code::NotFound, .. Failed }
    InputError { .. Invalid, Failed }
    QueryError { NotFound => Code::NotFound, .. Invalid, Failed }
    RegisterError { EmailTaken => Code::EmailAlreadyExists, .. Invalid, Throttled, Failed }
    SignInError {
        InvalidCredentials => Code::InvalidCredentials,
        Banned => Code::AccountBanned,
        EmailNotVerified => Code::EmailNotVerified,
        .. Throttled, Failed
    }
    ReauthenticateError { InvalidCredentials => Problem::wrong_password(), .. Throttled, Failed }
    StepUpError {
        InvalidCredentials => Problem::wrong_password(),
        Unauthenticated => Code::Unauthenticated,
        .. Failed
    }
    ChangePasswordError {
        InvalidCredentials => Problem::wrong_password(),
        Unauthenticated => Code::Unauthenticated,
        .. Invalid, Failed
    }
    ChangeEmailError { NotFound => Code::NotFound, InvalidCredentials => Problem::wrong_password(), .. Failed }
    ConfirmEmailError { TokenInvalid => Code::TokenInvalid, EmailTaken => Code::EmailAlreadyExists, .. Failed }
    AskVerificationError { NotFound => Code::NotFound, .. Failed }
    VerifyEmailError {
        InvalidCredentials => Problem::wrong_password(),
        TokenInvalid => Code::TokenInvalid,
        .. Invalid, Throttled, Failed
    }
    AskMagicLinkError { NotFound => Code::NotFound, .. Failed }
    UseMagicLinkError {
        TokenInvalid => Code::TokenInvalid,
        Repeated => Code::TokenInvalid,
        Banned => Code::AccountBanned,
        .. Failed
    }
    ForgotPasswordError { NotFound => Code::NotFound, .. Invalid, Failed }
    ResetPasswordError { TokenInvalid => Code::TokenInvalid, .. Invalid, Failed }
    NotMeError { TokenInvalid => Code::TokenInvalid, .. Failed }
    DeleteAccountError { InvalidCredentials => Problem::wrong_password(), .. Failed }
    AuthenticateError { Unauthenticated => Code::Unauthenticated, .. Failed }
    ExchangeError {
        ForbiddenOrigin => Problem::forbidden("This origin may not exchange sessions"),
        Unauthenticated => Code::Unauthenticated,
        .. Failed
    }
    RefreshError { InvalidRefreshToken => Code::InvalidRefreshToken, .. Throttled, Failed }
    SignOutError { TokenExpired => Problem::token_expired(), InvalidToken => Problem::invalid_token(), .. Failed }
}

/// To whoever signs a request with a token there are two refusals: a refresh helps, or a sign-in does.
impl From<AccessTokenError> for Problem {
    fn from(refusal: AccessTokenError) -> Self {
        match refusal {
            AccessTokenError::Failed(failure) => failure.into(),
            AccessTokenError::Expired | AccessTokenError::Outdated => Self::token_expired(),
            AccessTokenError::Invalid | AccessTokenError::Disowned | AccessTokenError::Revoked => {
                Self::invalid_token()
            }
        }
    }
}

impl From<Throttled> for Problem {
    fn from(throttled: Throttled) -> Self {
        let code = match throttled {
            Throttled::Locked(_) => Code::AccountLocked,
            Throttled::RateLimited(_) | Throttled::Undecided => Code::RateLimited,
        };
        hygiene::Problem::new(code).retry_after(throttled.after().retry_after()).into()
    }
}

impl From<FieldProblem> for Problem {
    fn from(wrong: FieldProblem) -> Self {
        hygiene::Problem::new(Code::ValidationFailed).field(wrong.field, wrong.message).into()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Overloaded => hygiene::Problem::new(Code::Overloaded).retry_after(SHORTLY).into(),
            Failure::StorageUnavailable => {
                hygiene::Problem::new(Code::StorageUnavailable).retry_after(SHORTLY).into()
            }
            Failure::Bug(bug) => Self { inside: Some(Arc::new(bug)), ..Code::Internal.into() },
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        hygiene::Problem::new(code).into()
    }
}

impl From<hygiene::Problem> for Problem {
    fn from(outside: hygiene::Problem) -> Self {
        Self { outside: Box::new(outside), challenge: BEARER.into(), inside: None }
    }
}

impl Problem {
    /// To whoever is known, and typed a wrong password.
    fn wrong_password() -> Self {
        hygiene::Problem::new(Code::InvalidCredentials).message("The password is wrong").into()
    }

    /// To a bearer token that is not accepted.
    pub fn invalid_token() -> Self {
        Self { challenge: INVALID_TOKEN.into(), ..Code::Unauthenticated.into() }
    }

    /// To an access token of a session that lives on: its time is over, or it was left behind by a change. Another one is
    /// to be had for the refresh token.
    pub fn token_expired() -> Self {
        Self { challenge: INVALID_TOKEN.into(), ..Code::TokenExpired.into() }
    }

    /// To a session that is good, where its user has not proven lately enough who they are (RFC 9470 §3), and how they can.
    pub fn step_up(methods: &[&'static str], within: Span) -> Self {
        let seconds = within.as_seconds();
        let outside =
            hygiene::Problem::new(Code::StepUpRequired).step_up(methods, u64::try_from(seconds).unwrap_or(0));
        let challenge = format!(
            r#"Bearer error="insufficient_user_authentication", error_description="A more recent authentication is required", max_age={seconds}"#
        );
        Self { challenge: challenge.into(), ..outside.into() }
    }

    /// To a caller who is known and may not do this; why, in public words.
    pub fn forbidden(why: &'static str) -> Self {
        hygiene::Problem::new(Code::Forbidden).message(why).into()
    }

    /// To a body that is compressed: what it unfolds to has no bound.
    pub fn unsupported_encoding() -> Self {
        hygiene::Problem::new(Code::UnsupportedMediaType).message("The body must not be compressed").into()
    }

    /// Tells the operator, where there is something to tell.
    pub fn log(&self, call: &Context) {
        if let Some(bug) = &self.inside {
            call.log(Level::Error, "internal error", &[("why", &bug.to_string())]);
        }
    }

    /// The answer to a request that never reached a route, under settings that nobody knows.
    pub fn into_response_for(self, request_id: &str) -> Response {
        if let Some(bug) = &self.inside {
            let fields = [("request_id", request_id), ("why", &bug.to_string())];
            platform::log(Level::Error, "internal error", &fields);
        }
        self.into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.outside.response().map(Body::from);
        if response.status() == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_str(&self.challenge);
            let challenge = challenge.unwrap_or(HeaderValue::from_static(BEARER));
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            // The accepted type and encoding (RFC 9110 §15.5.16).
            response.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
            response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        // Logged where the request's id is known.
        response.extensions_mut().insert(self);
        response
    }
}

/// For a method that a path doesn't have; the router adds `Allow`.
pub async fn method_not_allowed() -> Problem {
    Code::MethodNotAllowed.into()
}

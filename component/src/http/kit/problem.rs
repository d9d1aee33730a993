//! What a client is told about each failure, in one place; and what the operator is told.

use crate::{
    context::Context,
    error::{Bug, Error},
    platform::{self, Level},
};
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use mana_auth_hygiene::{Code, Problem};
use std::sync::Arc;

/// A failure on its way out: words for the client, and others for the log.
#[derive(Clone)]
pub struct Failure {
    outside: Problem,
    challenge: &'static str,
    inside: Option<Arc<Bug>>,
}

/// What a 401 asks for (RFC 9110 §15.5.2).
const BEARER: &str = "Bearer";
/// The same where a token was shown and refused (RFC 6750 §3.1): expired, revoked, malformed or otherwise invalid.
const INVALID_TOKEN: &str = r#"Bearer error="invalid_token""#;

/// How soon trying again may help where the service is short of something, in seconds.
const SHORTLY: u64 = 1;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let challenge = match error {
            Error::InvalidToken | Error::TokenExpired => INVALID_TOKEN,
            _ => BEARER,
        };
        let outside = match error {
            Error::Invalid(fields) => {
                fields.into_iter().fold(Problem::new(Code::ValidationFailed), |problem, wrong| {
                    problem.field(wrong.field, wrong.message)
                })
            }
            Error::InvalidCredentials => Problem::new(Code::InvalidCredentials),
            Error::Unauthenticated | Error::InvalidToken => Problem::new(Code::Unauthenticated),
            Error::TokenExpired => Problem::new(Code::TokenExpired),
            Error::InvalidRefreshToken => Problem::new(Code::InvalidRefreshToken),
            Error::Banned => Problem::new(Code::AccountBanned),
            Error::Locked(left) => Problem::new(Code::AccountLocked).retry_after(left.retry_after()),
            Error::RateLimited(left) => Problem::new(Code::RateLimited).retry_after(left.retry_after()),
            Error::Forbidden(why) => Problem::new(Code::Forbidden).message(why),
            Error::NotFound => Problem::new(Code::NotFound),
            Error::EmailTaken => Problem::new(Code::EmailAlreadyExists),
            Error::Overloaded => Problem::new(Code::Overloaded).retry_after(SHORTLY),
            Error::StorageUnavailable => Problem::new(Code::StorageUnavailable).retry_after(SHORTLY),
            Error::Bug(bug) => {
                let outside = Problem::new(Code::Internal);
                return Self { outside, challenge, inside: Some(Arc::new(bug)) };
            }
        };
        Self { outside, challenge, inside: None }
    }
}

impl From<Problem> for Failure {
    fn from(outside: Problem) -> Self {
        Self { outside, challenge: BEARER, inside: None }
    }
}

impl Failure {
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

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.outside.response().map(Body::from);
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(self.challenge));
        }
        // Logged where the request's id is known.
        response.extensions_mut().insert(self);
        response
    }
}

/// For a path that leads nowhere.
pub async fn not_found() -> Failure {
    Error::NotFound.into()
}

/// For a method that a path doesn't have; the router adds `Allow`.
pub async fn method_not_allowed() -> Failure {
    Problem::new(Code::MethodNotAllowed).into()
}

/// For a body past its limit.
pub fn too_large() -> Problem {
    Problem::new(Code::PayloadTooLarge)
}

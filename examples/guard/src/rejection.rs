//! Why a request doesn't reach its handler, and how the client is told (RFC 6750 §3).

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header::WWW_AUTHENTICATE};
use mana_auth_hygiene::{Code, Problem};
use std::borrow::Cow;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was good, and is over: the client gets another one for its refresh token.
    #[error("the token is over")]
    Expired,
    /// It is none of the service's for this audience, or revoked as far as is known here. The client is told no more than that.
    #[error("the token is not valid")]
    Invalid,
    /// Nothing can be said. The log was told why.
    #[error("nothing can be said about the token")]
    Unavailable,
}

/// Why a request doesn't reach its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It carries no token.
    #[error("there is no token")]
    NoToken,
    /// It has more than one `Authorization` field: others may have gone by another one than we would.
    #[error("there are several credentials")]
    Ambiguous,
    /// Its token was good, and is over.
    #[error("the token is over")]
    Expired,
    /// Its token is refused.
    #[error("the token is not valid")]
    Invalid,
    /// Its token is good, and its user proved too long ago who they are: longer than so many seconds (RFC 9470).
    #[error("the user has to prove again who they are")]
    StepUp(u64),
    /// Nothing can be said about its token, which is no yes.
    #[error("nothing can be said about the token")]
    Unavailable,
}

/// When to come again where nothing can be said, in seconds: about the time that a service takes to start anew.
const RETRY: u64 = 5;

impl From<TokenError> for Rejection {
    fn from(rejection: TokenError) -> Self {
        match rejection {
            TokenError::Expired => Self::Expired,
            TokenError::Invalid => Self::Invalid,
            TokenError::Unavailable => Self::Unavailable,
        }
    }
}

impl Rejection {
    /// In the error shape of the auth service, so that clients have one to read.
    fn problem(self) -> Problem {
        match self {
            Self::NoToken | Self::Invalid => Problem::new(Code::Unauthenticated),
            Self::Expired => Problem::new(Code::TokenExpired),
            Self::StepUp(seconds) => Problem::new(Code::StepUpRequired).step_up(&["password"], seconds),
            Self::Ambiguous => Problem::new(Code::ValidationFailed).message("One credential at a time"),
            Self::Unavailable => Problem::new(Code::StorageUnavailable).retry_after(RETRY),
        }
    }

    /// RFC 6750 §3: who brought no token is told no error.
    fn challenge(self) -> Option<Cow<'static, str>> {
        match self {
            Self::NoToken => Some("Bearer".into()),
            Self::Ambiguous => Some(r#"Bearer error="invalid_request""#.into()),
            Self::Expired | Self::Invalid => Some(r#"Bearer error="invalid_token""#.into()),
            Self::StepUp(seconds) => {
                Some(format!(r#"Bearer error="insufficient_user_authentication", max_age={seconds}"#).into())
            }
            Self::Unavailable => None,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = self.problem().response().map(Body::from);
        if let Some(Ok(challenge)) = self.challenge().map(|challenge| HeaderValue::from_str(&challenge)) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_as_the_standard_says() {
        for (refusal, status, challenge) in [
            (Rejection::NoToken, 401, Some("Bearer")),
            (Rejection::Ambiguous, 400, Some(r#"Bearer error="invalid_request""#)),
            (Rejection::Invalid, 401, Some(r#"Bearer error="invalid_token""#)),
            (Rejection::Expired, 401, Some(r#"Bearer error="invalid_token""#)),
            (
                Rejection::StepUp(600),
                401,
                Some(r#"Bearer error="insufficient_user_authentication", max_age=600"#),
            ),
            (Rejection::Unavailable, 503, None),
        ] {
            let response = refusal.into_response();
            let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
            assert_eq!(response.status(), status);
            assert_eq!(header("www-authenticate"), challenge, "{refusal}");
            assert_eq!(header("cache-control"), Some("no-store"));
            assert_eq!(header("content-type"), Some("application/json"));
            assert_eq!(header("retry-after").is_some(), status == 503);
        }
    }
}

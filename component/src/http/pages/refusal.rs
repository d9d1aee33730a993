//! Why a password, or a form, was not taken, for the page that is shown again.

use super::signed::Signed;
use crate::{
    credentials::{self, Purpose, ReauthenticateError, Reauthenticated, SignInError},
    error::Failure,
    http::kit::problem::Problem,
    passwords::Password,
    throttle::Throttled,
};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use mana_auth_pages::Refusal;

/// What the page is answered with.
const fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::Mismatch => StatusCode::BAD_REQUEST,
        Refusal::Banned | Refusal::Unverified => StatusCode::FORBIDDEN,
        Refusal::Locked(_) | Refusal::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The page of a refusal that ends by itself says when.
pub fn refused(mut page: Response, refusal: Refusal) -> Response {
    *page.status_mut() = status(refusal);
    if let Refusal::Locked(seconds) | Refusal::TooMany(seconds) = refusal {
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    page
}

/// Of an attempt that got no place.
pub fn of_throttled(throttled: Throttled) -> Refusal {
    let seconds = u64::try_from(throttled.after().as_seconds()).unwrap_or_default();
    match throttled {
        Throttled::Locked(_) => Refusal::Locked(seconds),
        Throttled::RateLimited(_) => Refusal::TooMany(seconds),
        Throttled::Undecided => Refusal::Busy,
    }
}

/// Of a sign-in.
pub fn of_sign_in(error: SignInError) -> Result<Refusal, Problem> {
    match error {
        SignInError::InvalidCredentials => Ok(Refusal::Mismatch),
        SignInError::Banned => Ok(Refusal::Banned),
        SignInError::EmailNotVerified => Ok(Refusal::Unverified),
        SignInError::Throttled(throttled) => Ok(of_throttled(throttled)),
        SignInError::Failed(Failure::Overloaded) => Ok(Refusal::Busy),
        SignInError::Failed(failure) => Err(failure.into()),
    }
}

/// Has somebody who is signed in prove by a password who they are.
pub async fn reauthenticate(
    signed: &Signed,
    typed: &str,
    purpose: Purpose,
) -> Result<Result<Reauthenticated, Refusal>, Problem> {
    let Ok(password) = Password::parse(typed) else { return Ok(Err(Refusal::Mismatch)) };
    let (call, user) = (&signed.visit.call, &signed.caller.user);
    match credentials::reauthenticate(call, user, &password, purpose).await {
        Ok(proof) => Ok(Ok(proof)),
        Err(ReauthenticateError::InvalidCredentials) => Ok(Err(Refusal::Mismatch)),
        Err(ReauthenticateError::Throttled(throttled)) => Ok(Err(of_throttled(throttled))),
        Err(ReauthenticateError::Failed(Failure::Overloaded)) => Ok(Err(Refusal::Busy)),
        Err(ReauthenticateError::Failed(failure)) => Err(failure.into()),
    }
}

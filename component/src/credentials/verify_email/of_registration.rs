//! The address is proven that a registration waits for.

use super::password::{VerifyEmailError, WithPassword};
use crate::{
    accounts,
    challenges::Challenge,
    commit::{Change, CommitError},
    context::Context,
    error::Failure,
    events::{Event, EventType},
    passwords::{Password, acceptable, hash},
    registrations::{self, Proven, Waiting},
    secrets::ChallengeCookie,
    throttle::{self, Attempt},
};

/// Makes the account. It keeps what was registered in this browser, or with this password; whoever else registered the address may have been
/// anybody.
pub async fn prove(
    ctx: &Context,
    challenge: &Challenge,
    waiting: &Waiting,
    password: WithPassword<'_>,
    browser: Option<&ChallengeCookie>,
) -> Result<(), VerifyEmailError> {
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    let mut attempt = None;
    let of_browser = Proven::by_browser(ctx, waiting, &challenge.email, browser);
    let (proven, new) = match password {
        WithPassword::None => (of_browser, None),
        WithPassword::Same(password) => {
            let (proven, taken) = compare(ctx, challenge, waiting, password).await?;
            attempt = Some(taken);
            (proven, None)
        }
        WithPassword::New(new) => {
            acceptable(ctx, new, "newPassword", &challenge.email, of_browser.name()).await?;
            (of_browser, Some(hash(ctx, new, waiting.beside()).await?))
        }
    };
    let email = challenge.email.clone();
    registrations::open(ctx, &mut change, challenge.user, email, &proven, new.as_deref());
    if let Some(attempt) = &attempt {
        attempt.succeeded(&mut change);
    }
    let committed = change.try_commit(ctx).await;
    if committed.is_err()
        && let Some(attempt) = attempt
    {
        attempt.take_back(ctx).await;
    }
    match committed {
        Ok(_) => Ok(()),
        Err(CommitError::Unmet(_)) if challenge.is_spent_by(browser).await? => Ok(()),
        Err(CommitError::Unmet(_)) => Err(VerifyEmailError::TokenInvalid),
        // Somebody was faster: the operator, or another proof.
        Err(CommitError::Conflict(constraint)) if accounts::is_email_taken(&constraint) => {
            Err(VerifyEmailError::TokenInvalid)
        }
        Err(refused) => Err(Failure::from(refused).into()),
    }
}

/// Compares a password with those that wait. It has five attempts, as that of an account has.
async fn compare<'a>(
    ctx: &Context,
    challenge: &Challenge,
    waiting: &'a Waiting,
    password: &Password,
) -> Result<(Proven<'a>, Attempt), VerifyEmailError> {
    let attempt = throttle::reserve_in_session(ctx, challenge.user).await?;
    match Proven::by_password(ctx, waiting, password).await {
        Ok(Some(proven)) => return Ok((proven, attempt)),
        Ok(None) => {}
        Err(error) => {
            attempt.take_back(ctx).await;
            return Err(error.into());
        }
    }
    let mut change = Change::new();
    let about = |kind| Event::of(kind, None).with("email", challenge.email.as_str());
    change.record(about(EventType::LoginFailure).with("reason", "email_verification"));
    attempt.failed(ctx, &mut change, about(EventType::AccountLocked));
    change.commit(ctx).await?;
    Err(VerifyEmailError::InvalidCredentials)
}

//! The address of an account is proven.

use super::password::{VerifyEmailError, WithPassword};
use crate::{
    accounts::{self, User},
    challenges::Challenge,
    commit::Change,
    context::Context,
    credentials::{Purpose, first_proof, reauthenticate},
    events::{Event, EventType},
    passwords::acceptable,
    registrations,
    secrets::ChallengeCookie,
};

/// Notes it. Unless the password stays, every session and device goes with it.
pub async fn prove(
    ctx: &Context,
    challenge: &Challenge,
    user: &User,
    password: WithPassword<'_>,
    browser: Option<&ChallengeCookie>,
) -> Result<(), VerifyEmailError> {
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    match password {
        WithPassword::Same(password) => {
            let proof = reauthenticate(ctx, user, password, Purpose::EmailVerification).await?;
            change.add(accounts::verify_email_of(user.id, &user.email, ctx.now));
            change.record(Event::about(EventType::EmailVerified, user.id));
            return match proof.commit(ctx, change, VerifyEmailError::TokenInvalid).await {
                // A second click sees the outcome of the first.
                Err(VerifyEmailError::TokenInvalid) if challenge.is_spent_by(browser).await? => Ok(()),
                outcome => outcome,
            };
        }
        WithPassword::None => first_proof(ctx, &mut change, user, None),
        WithPassword::New(new) => {
            acceptable(ctx, new, "newPassword", &user.email, &user.name).await?;
            let encoded = registrations::hash(ctx, &user.email, new).await?;
            first_proof(ctx, &mut change, user, Some(&encoded));
        }
    }
    challenge.commit_or(ctx, change, browser, VerifyEmailError::TokenInvalid).await
}

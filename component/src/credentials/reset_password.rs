//! Choosing a new password by what was mailed.

use super::Mailed;
use crate::{
    accounts::{self, User},
    challenges::{Challenge, Presented, Purpose},
    commit::Change,
    context::Context,
    devices,
    error::{Failure, FieldProblem, InputError, passes_on},
    events::{Event, EventType},
    notices,
    passwords::{NewPassword, acceptable},
    platform, registrations,
    secrets::ChallengeCookie,
    sessions, throttle,
};
use mana_auth_mail::Notice;

/// Why the password stays as it is.
#[derive(Debug)]
pub enum ResetPasswordError {
    /// The new one is too easy to guess.
    Invalid(FieldProblem),
    /// Token or code are not good: wrong, used, past their time, or left behind by a change.
    TokenInvalid,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(ResetPasswordError: Failed(Failure); InputError { Invalid(problem), Failed(failure) });

/// Sets another password. Every session of the account ends, and every device is a new one; who chose the password signs in with it, and
/// with a second factor where one is enrolled.
///
/// # Errors
///
/// See [`ResetPasswordError`]. A password that is refused spends no token.
pub async fn reset_password(
    ctx: &Context,
    mailed: Mailed,
    new: &NewPassword,
    browser: Option<&ChallengeCookie>,
) -> Result<(), ResetPasswordError> {
    let challenge = match mailed.presented(ctx, Purpose::PasswordReset, browser).await? {
        Presented::Good(challenge) => challenge,
        Presented::Repeated(_) => return Ok(()),
        Presented::Bad => return Err(ResetPasswordError::TokenInvalid),
    };
    let user = accounts::by_id(challenge.user).await?.ok_or(ResetPasswordError::TokenInvalid)?;
    acceptable(ctx, new, "newPassword", &user.email, &user.name).await?;
    let encoded = registrations::hash(ctx, &user.email, new).await?;
    let change = plan(ctx, &challenge, &user, &encoded, browser);
    challenge.commit_or(ctx, change, browser, ResetPasswordError::TokenInvalid).await
}

fn plan(
    ctx: &Context,
    challenge: &Challenge,
    user: &User,
    encoded: &str,
    browser: Option<&ChallengeCookie>,
) -> Change {
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    change.add(accounts::put_password(user.id, platform::new_id(ctx.now), encoded, ctx.now));
    // Whoever has just read mail there has shown that the address is theirs.
    change.add(accounts::verify_email_of(user.id, &challenge.email, ctx.now));
    sessions::end_all(&mut change, user.id, "password_reset");
    devices::forget_all(&mut change, user.id);
    throttle::begin_anew(&mut change, &user.email);
    throttle::may_reauthenticate(&mut change, user.id);
    change.record(Event::about(EventType::PasswordResetComplete, user.id));
    notices::tell(ctx, &mut change, user, Notice::PasswordChanged { at: notices::moment(ctx.now) });
    change
}

//! "This wasn't me": what a notice leads to.

use super::reset_mail::mail_reset;
use crate::{
    accounts::{self, User},
    challenges::{self, Challenge, Presented, Purpose},
    commit::Change,
    context::Context,
    devices,
    error::{Failure, passes_on},
    events::{Event, EventType},
    secrets::{ChallengeCookie, ChallengeToken},
    sessions,
};

/// Why nothing is done.
#[derive(Debug)]
pub enum NotMeError {
    /// The token is not good: unknown, used, past its time, or the account has another address since.
    TokenInvalid,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(NotMeError: Failed(Failure));

/// Ends every session of an account, takes its password away, and mails the way to another: whoever knows the password, or holds a
/// session, is out, and only who reads the mail of the account's address comes in again.
///
/// # Errors
///
/// See [`NotMeError`].
pub async fn not_me(
    ctx: &Context,
    token: Option<ChallengeToken>,
    browser: Option<&ChallengeCookie>,
) -> Result<(), NotMeError> {
    let token = token.ok_or(NotMeError::TokenInvalid)?;
    let challenge = match challenges::by_token(ctx, Purpose::NotMe, &token, browser).await? {
        Presented::Good(challenge) => challenge,
        Presented::Repeated(_) => return Ok(()),
        Presented::Bad => return Err(NotMeError::TokenInvalid),
    };
    let user = accounts::by_id(challenge.user).await?.ok_or(NotMeError::TokenInvalid)?;
    let change = plan(ctx, &challenge, &user, browser);
    challenge.commit_or(ctx, change, browser, NotMeError::TokenInvalid).await
}

fn plan(ctx: &Context, challenge: &Challenge, user: &User, browser: Option<&ChallengeCookie>) -> Change {
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    change.add_all(accounts::clear_password(user.id, ctx.now));
    sessions::end_all(&mut change, user.id, "not_me");
    devices::forget_all(&mut change, user.id);
    change.record(Event::about(EventType::ReportedNotMe, user.id));
    mail_reset(ctx, &mut change, user, &challenge.email);
    change
}

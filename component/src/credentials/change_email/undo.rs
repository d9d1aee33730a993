//! Taking a change of address back, at the old address.

use super::{super::reset_mail::mail_reset, error::ConfirmEmailError, mails::masked};
use crate::{
    accounts::{self, User},
    challenges::{self, Challenge, Presented, Purpose},
    commit::{Change, CommitError},
    context::Context,
    devices,
    error::Failure,
    events::{Event, EventType},
    notices,
    secrets::{ChallengeCookie, ChallengeToken},
    sessions,
    storage::Condition,
};
use mana_auth_mail::Notice;

/// Gives an account its old address again, ends every session, takes the password away, and mails the way to another: whoever changed the
/// address is out. The address that it had until then is told.
///
/// # Errors
///
/// See [`ConfirmEmailError`].
pub async fn undo_email_change(
    ctx: &Context,
    token: Option<ChallengeToken>,
    browser: Option<&ChallengeCookie>,
) -> Result<(), ConfirmEmailError> {
    let token = token.ok_or(ConfirmEmailError::TokenInvalid)?;
    let challenge = match challenges::by_token(ctx, Purpose::EmailUndo, &token, browser).await? {
        Presented::Good(challenge) => challenge,
        Presented::Repeated(_) => return Ok(()),
        Presented::Bad => return Err(ConfirmEmailError::TokenInvalid),
    };
    let user = accounts::by_id(challenge.user).await?.ok_or(ConfirmEmailError::TokenInvalid)?;
    match plan(ctx, &challenge, &user, browser).try_commit(ctx).await {
        Ok(_) => Ok(()),
        Err(CommitError::Unmet(_)) if challenge.is_spent_by(browser).await? => Ok(()),
        Err(CommitError::Unmet(_)) => Err(ConfirmEmailError::TokenInvalid),
        // Only an operator can have given it away.
        Err(CommitError::Conflict(constraint)) if accounts::is_email_taken(&constraint) => {
            Err(ConfirmEmailError::EmailTaken)
        }
        Err(refused) => Err(Failure::from(refused).into()),
    }
}

fn plan(ctx: &Context, challenge: &Challenge, user: &User, browser: Option<&ChallengeCookie>) -> Change {
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    change.add(accounts::confirm_email(user.id, &challenge.email, &Condition::ALWAYS, ctx.now));
    change.add_all(accounts::clear_password(user.id, ctx.now));
    // Also the ways back to what a thief had; those to what the owner had before stay.
    challenge.end_others(ctx, &mut change);
    sessions::end_all(&mut change, user.id, "not_me");
    devices::forget_all(&mut change, user.id);
    change.record(Event::about(EventType::EmailChanged, user.id).with("by", "owner").with("undone", true));
    let notice = Notice::AddressChanged { to: masked(&challenge.email) };
    notices::mail(ctx, &mut change, user, notice, None, Condition::ALWAYS);
    mail_reset(ctx, &mut change, user, &challenge.email);
    change
}

//! Allowing another address at the old one.

use super::{error::ConfirmEmailError, mails::ask_new};
use crate::{
    accounts::User,
    challenges::{self, Presented, Purpose},
    commit::Change,
    context::Context,
    email::Email,
    secrets::{ChallengeCookie, ChallengeToken},
};

/// Mails the confirmation to the new address. By the account's own session alone, as for [`super::confirm_email_change`].
///
/// # Errors
///
/// See [`ConfirmEmailError`].
pub async fn allow_email_change(
    ctx: &Context,
    user: &User,
    token: Option<ChallengeToken>,
    browser: Option<&ChallengeCookie>,
) -> Result<(), ConfirmEmailError> {
    let token = token.ok_or(ConfirmEmailError::TokenInvalid)?;
    let challenge = match challenges::by_token(ctx, Purpose::EmailChangeOld, &token, browser).await? {
        Presented::Good(challenge) if challenge.user == user.id => challenge,
        Presented::Repeated(challenge) if challenge.user == user.id => return Ok(()),
        Presented::Good(_) | Presented::Repeated(_) | Presented::Bad => {
            return Err(ConfirmEmailError::TokenInvalid);
        }
    };
    let new = challenge.detail.as_deref().and_then(|new| Email::parse(new).ok());
    let new = new.ok_or(ConfirmEmailError::TokenInvalid)?;
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    ask_new(ctx, &mut change, user, &new, None).await?;
    challenge.commit_or(ctx, change, browser, ConfirmEmailError::TokenInvalid).await
}

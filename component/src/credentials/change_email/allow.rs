//! Allowing another address at the old one.

use super::{error::ConfirmEmailError, mails::ask_new};
use crate::{
    accounts,
    challenges::{self, Presented, Purpose},
    commit::Change,
    context::Context,
    email::Email,
    secrets::{ChallengeCookie, ChallengeToken},
};

/// Mails the confirmation to the new address.
///
/// # Errors
///
/// See [`ConfirmEmailError`].
pub async fn allow_email_change(
    ctx: &Context,
    token: Option<ChallengeToken>,
    browser: Option<&ChallengeCookie>,
) -> Result<(), ConfirmEmailError> {
    let token = token.ok_or(ConfirmEmailError::TokenInvalid)?;
    let challenge = match challenges::by_token(ctx, Purpose::EmailChangeOld, &token, browser).await? {
        Presented::Good(challenge) => challenge,
        Presented::Repeated => return Ok(()),
        Presented::Bad => return Err(ConfirmEmailError::TokenInvalid),
    };
    let user = accounts::by_id(challenge.user).await?.ok_or(ConfirmEmailError::TokenInvalid)?;
    let new = challenge.detail.as_deref().and_then(|new| Email::parse(new).ok());
    let new = new.ok_or(ConfirmEmailError::TokenInvalid)?;
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    ask_new(ctx, &mut change, &user, &new, None).await?;
    change.commit_or(ctx, ConfirmEmailError::TokenInvalid).await.map(drop)
}

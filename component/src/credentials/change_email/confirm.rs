//! Confirming another address, at that address.

use super::{super::Mailed, error::ConfirmEmailError, mails::masked};
use crate::{
    accounts::{self, User},
    challenges::{self, Challenge, Of, Presented, Purpose, Request},
    commit::{Change, CommitError, Handle},
    context::Context,
    error::Failure,
    events::{Event, EventType},
    notices,
    secrets::ChallengeCookie,
    settings::Page,
    storage::Condition,
    throttle,
};
use mana_auth_mail::Notice;

/// Changes the address of an account, at once: tokens that name the other are refused. Sessions go on. The old address is told, can take it
/// back for 7 days, and is nobody else's for as long.
///
/// # Errors
///
/// See [`ConfirmEmailError`].
pub async fn confirm_email_change(
    ctx: &Context,
    mailed: Mailed,
    browser: Option<&ChallengeCookie>,
) -> Result<(), ConfirmEmailError> {
    let presented = match &mailed {
        Mailed::Token(Some(token)) => challenges::by_token(ctx, Purpose::EmailChange, token, browser).await?,
        Mailed::Code(email, Some(code)) => {
            challenges::by_code(ctx, Purpose::EmailChange, Of::Address(email), code, browser).await?
        }
        Mailed::Token(None) | Mailed::Code(_, None) => Presented::Bad,
    };
    let challenge = match presented {
        Presented::Good(challenge) => challenge,
        Presented::Repeated => return Ok(()),
        Presented::Bad => return Err(ConfirmEmailError::TokenInvalid),
    };
    let user = accounts::by_id(challenge.user).await?.ok_or(ConfirmEmailError::TokenInvalid)?;
    let (change, changed) = plan(ctx, &challenge, &user, browser);
    match change.try_commit(ctx).await {
        Ok(_) => Ok(()),
        Err(CommitError::Unmet(refused)) if refused == changed => Err(ConfirmEmailError::EmailTaken),
        Err(CommitError::Unmet(_)) => Err(ConfirmEmailError::TokenInvalid),
        Err(CommitError::Conflict(constraint)) if accounts::is_email_taken(&constraint) => {
            Err(ConfirmEmailError::EmailTaken)
        }
        Err(refused) => Err(Failure::from(refused).into()),
    }
}

fn plan(
    ctx: &Context,
    challenge: &Challenge,
    user: &User,
    browser: Option<&ChallengeCookie>,
) -> (Change, Handle) {
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    let is_free = challenges::is_reserved(&challenge.email, Some(user.id), ctx.now).negated();
    let changed = change.add(accounts::confirm_email(user.id, &challenge.email, &is_free, ctx.now));
    throttle::begin_anew(&mut change, &challenge.email);
    // The row keeps the old address for its owner.
    let request = Request {
        purpose: Purpose::EmailUndo,
        user: Some(user.id),
        email: &user.email,
        is_known_device: false,
        detail: None,
        browser: None,
    };
    let issued = challenges::issue_if(ctx, &mut change, &request, Condition::ALWAYS);
    let undo = ctx.settings.link(Page::UndoEmail, None, &issued.token.expose());
    notices::mail(ctx, &mut change, user, Notice::AddressChanged { to: masked(&challenge.email) }, undo);
    change.record(Event::about(EventType::EmailChanged, user.id).with("by", "owner"));
    (change, changed)
}

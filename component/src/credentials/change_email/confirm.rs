//! Confirming another address, at that address.

use super::{super::TokenOrCode, error::ConfirmEmailError, mails::masked};
use crate::{
    accounts::{self, User},
    challenges::{self, Challenge, Of, Presented, Purpose, Request},
    commit::{Change, CommitError, Handle},
    context::Context,
    email::Email,
    error::Failure,
    events::{Event, EventType},
    notices,
    secrets::ChallengeCookie,
    settings::Page,
    throttle,
    time::Span,
};
use mana_auth_mail::Notice;

/// Changes the address of the account of somebody who is signed in, at once: tokens that name the other are refused. Sessions go on. The old
/// address is told, can take it back for 7 days, and is nobody else's for as long. Nobody but the account's own session confirms: otherwise
/// whoever is asked for their address, or a scanner of mail, could press it into the account of a stranger.
///
/// # Errors
///
/// See [`ConfirmEmailError`].
pub async fn confirm_email_change(
    ctx: &Context,
    user: &User,
    mailed: &TokenOrCode,
    browser: Option<&ChallengeCookie>,
) -> Result<(), ConfirmEmailError> {
    let challenge = match mailed.presented(ctx, Purpose::EmailChange, Of::User(user.id), browser).await? {
        Presented::Good(challenge) if challenge.user == user.id => challenge,
        Presented::Repeated(challenge) if challenge.user == user.id => return Ok(()),
        Presented::Good(_) | Presented::Repeated(_) | Presented::Bad => {
            return Err(ConfirmEmailError::TokenInvalid);
        }
    };
    let (change, changed) = plan(ctx, &challenge, user, browser);
    match change.try_commit(ctx).await {
        Ok(_) => Ok(()),
        Err(CommitError::Unmet(refused)) if refused == changed => Err(ConfirmEmailError::EmailTaken),
        Err(CommitError::Unmet(_)) if challenge.is_spent_by(browser).await? => Ok(()),
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
    tell_old(ctx, &mut change, user, &challenge.email);
    change.record(Event::about(EventType::EmailChanged, user.id).with("by", "owner"));
    (change, changed)
}

/// Tells the old address, and leads back to it: its row keeps it for its owner. Whoever comes back to an address that they had has proven to be
/// the one who had it, so that the ways back which came after it end, and there is none to the address that they leave.
fn tell_old(ctx: &Context, change: &mut Change, user: &User, new: &Email) {
    let notice = Notice::AddressChanged { to: masked(new) };
    if notices::is_wanted(ctx, &notice) {
        let request = Request {
            purpose: Purpose::EmailUndo,
            user: Some(user.id),
            email: &user.email,
            is_known_device: false,
            detail: None,
            browser: None,
        };
        let leads_back = challenges::leads_back(user.id, new, ctx.now);
        // Whoever registers with the addresses of others, moves on and begins anew shall not flood them.
        let is_owners = user.email_verified || user.created_at <= ctx.now - Span::days(1);
        let issued = if is_owners {
            challenges::issue_if(ctx, change, &request, leads_back.clone().negated())
        } else {
            challenges::issue_for_address(ctx, change, &request)
        };
        let undo = ctx.settings.link(Page::UndoEmail, None, &issued.token.expose());
        notices::mail(ctx, change, user, notice.clone(), Some(undo), issued.written);
        notices::mail(ctx, change, user, notice, None, leads_back);
    }
    change.add(challenges::end_ways_back_since(user.id, new, ctx.now));
}

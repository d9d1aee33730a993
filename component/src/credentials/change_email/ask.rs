//! Asking for another address.

use super::{
    super::Reauthenticated,
    error::ChangeEmailError,
    mails::{ask_new, masked},
};
use crate::{
    accounts::{self, User},
    challenges::{self, Purpose, Request},
    commit::Change,
    context::Context,
    email::Email,
    error::Failure,
    events::{Event, EventType},
    outbox::{Cause, Mail, Recipient},
    settings::{Page, Target},
    storage::Condition,
};
use mana_auth_mail::Letter;

/// Another address is asked for.
pub struct ChangeEmail {
    /// The address.
    pub new: Email,
    /// Where the link in the mail leads, if not to our own page.
    pub redirect: Option<Target>,
}

/// Mails the confirmation of another address. Whether that is taken, nobody is told.
///
/// # Errors
///
/// See [`ChangeEmailError`].
pub async fn change_email(
    ctx: &Context,
    user: &User,
    proof: Reauthenticated,
    asked: &ChangeEmail,
) -> Result<(), ChangeEmailError> {
    if ctx.settings.mail.is_none() {
        proof.take_back(ctx).await;
        return Err(ChangeEmailError::NotFound);
    }
    match plan(ctx, user, proof.credential_version, asked).await {
        Ok(change) => proof.commit(ctx, change, ChangeEmailError::InvalidCredentials).await,
        Err(failure) => {
            proof.take_back(ctx).await;
            Err(failure.into())
        }
    }
}

async fn plan(ctx: &Context, user: &User, version: i64, asked: &ChangeEmail) -> Result<Change, Failure> {
    let mut change = Change::of(accounts::while_version(user.id, version));
    let written = if ctx.settings.change_email_confirm_old {
        ask_old(ctx, &mut change, user, asked)
    } else {
        ask_new(ctx, &mut change, user, &asked.new, asked.redirect.as_ref()).await?
    };
    change.record(Event::about(EventType::EmailChangeRequest, user.id).only_if(written));
    Ok(change)
}

/// Adds the mail that asks at the old address. That of the new one follows, once it is allowed. Returns the
/// condition under which the mail is written.
fn ask_old(ctx: &Context, change: &mut Change, user: &User, asked: &ChangeEmail) -> Condition {
    let request = Request {
        purpose: Purpose::EmailChangeOld,
        user: Some(user.id),
        email: &user.email,
        is_known_device: true,
        detail: Some(asked.new.as_str()),
        browser: None,
    };
    let issued = challenges::issue(ctx, change, &request);
    change.mail(Mail {
        to: user.email.clone(),
        language: user.language.or(ctx.client.language).unwrap_or_default(),
        letter: Letter::AllowChange {
            link: ctx.settings.link(Page::ChangeEmailOld, asked.redirect.as_ref(), &issued.token.expose()),
            to: masked(&asked.new),
        },
        recipient: Recipient::Somebody,
        cause: Cause::Known,
        condition: issued.written.clone(),
    });
    issued.written
}

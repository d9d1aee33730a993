//! The mail that leads to a new password.

use crate::{
    accounts::User,
    challenges::{self, Issued, Purpose, Request},
    commit::Change,
    context::Context,
    email::Email,
    outbox::{Cause, Mail, Recipient},
    settings::{Page, Target},
    storage::Condition,
};
use mana_auth_mail::Letter;

/// The letter to whoever asked.
pub fn letter(ctx: &Context, issued: &Issued, redirect: Option<&Target>) -> Letter {
    let (link, code) = way(ctx, issued, redirect);
    Letter::Reset { link, code }
}

/// The link and the code of a challenge.
fn way(ctx: &Context, issued: &Issued, redirect: Option<&Target>) -> (String, String) {
    let link = ctx.settings.link(Page::ResetPassword, redirect, &issued.token.expose());
    (link, issued.shown_code())
}

/// Adds the mail to a change that took an account back: its password is gone, and only who reads `to` sets another.
pub fn mail_reset(ctx: &Context, change: &mut Change, user: &User, to: &Email) {
    let request = Request {
        purpose: Purpose::PasswordReset,
        user: Some(user.id),
        email: to,
        is_known_device: false,
        detail: None,
        browser: None,
    };
    let issued = challenges::issue_if(ctx, change, &request, Condition::ALWAYS);
    let (link, code) = way(ctx, &issued, None);
    change.mail(Mail {
        to: to.clone(),
        language: user.language.or(ctx.client.language).unwrap_or_default(),
        letter: Letter::Recovery { link, code },
        recipient: Recipient::Somebody,
        cause: Cause::Known,
        condition: issued.written,
    });
}

//! A mail to an address that anybody can name.

use crate::{
    challenges::{self, Issued, Purpose, Request},
    commit::Change,
    context::Context,
    email::Email,
    ids::UserId,
    outbox::{Cause, Mail, Recipient},
    secrets::ChallengeCookie,
    storage::Condition,
};
use mana_auth_mail::{Language, Letter};

/// What is asked for.
pub struct Asked<'a> {
    /// The purpose of the challenge in it.
    pub purpose: Purpose,
    /// The address.
    pub email: Email,
    /// Whom the mail is about; none: it is dropped.
    pub user: Option<UserId>,
    /// The language that they read.
    pub language: Option<Language>,
    /// Whether the browser has signed in to the account before.
    pub is_known_device: bool,
    /// What else the challenge is to be remembered with.
    pub detail: Option<&'a str>,
    /// The browser that asks, where that is to count.
    pub browser: Option<&'a ChallengeCookie>,
}

/// Adds it to a change: below the limits of strangers, and with the same statements where it is about nobody. Returns what holds where it
/// was written.
pub fn mail_asked(
    ctx: &Context,
    change: &mut Change,
    asked: Asked<'_>,
    letter: impl FnOnce(&Issued) -> Letter,
) -> Condition {
    let Asked { purpose, email, user, language, is_known_device, detail, browser } = asked;
    let request = Request { purpose, user, email: &email, is_known_device, detail, browser };
    let issued = challenges::issue(ctx, change, &request);
    change.mail(Mail {
        language: language.or(ctx.client.language).unwrap_or_default(),
        letter: letter(&issued),
        recipient: if user.is_some() { Recipient::Somebody } else { Recipient::Nobody },
        cause: if is_known_device { Cause::Known } else { Cause::Stranger },
        condition: issued.written.clone(),
        to: email,
    });
    issued.written
}

//! A mail to an address that anybody can name.

use crate::{
    challenges::{self, Issued, Purpose, Request},
    commit::{Change, Handle},
    context::Context,
    email::Email,
    error::Failure,
    ids::UserId,
    outbox::{Cause, Mail, Recipient},
    platform::{self, Metric},
    secrets::ChallengeCookie,
    storage::Condition,
};
use mana_auth_face::Language;
use mana_auth_mail::Letter;

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

/// A mail in a change that is not committed yet.
pub struct Added {
    /// Holds where it was written.
    pub written: Condition,
    statement: Handle,
}

impl Added {
    /// Commits the change, and counts a mail that was not written because there were too many.
    ///
    /// # Errors
    ///
    /// Where storage fails.
    pub async fn commit(self, ctx: &Context, change: Change) -> Result<(), Failure> {
        if change.commit(ctx).await?[self.statement] == 0 {
            platform::count(Metric::Mails, "limited", 1);
        }
        Ok(())
    }
}

/// Adds it to a change: below the limits of strangers, and with the same statements where it is about nobody.
pub fn mail_asked(
    ctx: &Context,
    change: &mut Change,
    asked: Asked<'_>,
    letter: impl FnOnce(&Issued) -> Letter,
) -> Added {
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
    Added { written: issued.written, statement: issued.statement }
}

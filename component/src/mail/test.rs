//! A mail that says that mail works.

use super::message::message;
use crate::{
    context::Context,
    email::Email,
    mailer::{self, Outcome},
    outbox::{Cause, Content, Mail, Recipient},
    platform,
    storage::Condition,
};
use mana_auth_face::Language;
use mana_auth_mail::Letter;

/// Sends it at once, past the outbox. None where this host has no mail.
pub async fn test(ctx: &Context, to: Email) -> Option<Outcome> {
    let settings = ctx.settings.mail.as_ref()?;
    let mail = Mail {
        letter: Letter::Test { link: ctx.settings.public_url.as_str().to_owned() },
        language: Language::default(),
        to,
        recipient: Recipient::Somebody,
        cause: Cause::Known,
        condition: Condition::ALWAYS,
    };
    let message =
        message(&ctx.settings.theme, settings, &platform::new_id(ctx.now).to_string(), &Content::of(&mail))?;
    Some(mailer::send(message).await)
}

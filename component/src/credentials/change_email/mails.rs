//! The mail that asks at the new address.

use crate::{
    accounts::{self, User},
    challenges::{self, Purpose, Request},
    commit::Change,
    context::Context,
    email::Email,
    error::Failure,
    outbox::{Cause, Mail, Recipient},
    settings::{Page, Target},
    storage::Condition,
};
use mana_auth_mail::Letter;

/// Adds the mail to the new address to a change, within the limits of strangers. For a taken address the statements are the same, and nobody gets
/// the mail. Returns the condition under which the mail is written.
pub async fn ask_new(
    ctx: &Context,
    change: &mut Change,
    user: &User,
    new: &Email,
    redirect: Option<&Target>,
) -> Result<Condition, Failure> {
    let is_taken = accounts::credentials_by_email(ctx, new).await?.is_some();
    let request = Request {
        purpose: Purpose::EmailChange,
        user: Some(user.id),
        email: new,
        is_known_device: false,
        detail: None,
        browser: None,
    };
    // In any case: whether the mail is sent must not show by what else is good.
    change.add(challenges::end_changes_to_others(user.id, new, ctx.now));
    let issued = challenges::issue(ctx, change, &request);
    change.mail(Mail {
        to: new.clone(),
        language: user.language.or(ctx.client.language).unwrap_or_default(),
        letter: Letter::NewAddress {
            link: ctx.settings.link(Page::ChangeEmail, redirect, &issued.token.expose()),
            code: issued.shown_code(),
        },
        recipient: if is_taken { Recipient::Nobody } else { Recipient::Somebody },
        cause: Cause::Known,
        condition: issued.written.clone(),
    });
    Ok(issued.written)
}

/// An address as it is shown to others: the first and the last character before the at sign.
pub fn masked(email: &Email) -> String {
    let (local, domain) = email.as_str().rsplit_once('@').unwrap_or_default();
    let (first, last) = (local.chars().next(), local.chars().skip(1).last());
    let shown = |c: Option<char>| c.map(String::from).unwrap_or_default();
    format!("{}…{}@{domain}", shown(first), shown(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_an_address_is_hidden() {
        for (address, shown) in
            [("lovelace@example.org", "l…e@example.org"), ("a@example.org", "a…@example.org")]
        {
            assert_eq!(masked(&Email::parse(address).unwrap()), shown);
        }
    }
}

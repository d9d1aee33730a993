//! Notices: mails that tell the owner of an account what was done with it. Each leads to "this wasn't me".

use crate::{
    accounts::User,
    challenges::{self, Purpose, Request},
    commit::Change,
    context::Context,
    email::Email,
    outbox::{Cause, Mail, Recipient},
    settings::Page,
    storage::Condition,
    throttle,
    time::{Span, Time},
};
use mana_auth_mail::{Letter, Notice};

/// How often an address is told of a kind. What takes an account over is told each time that its owner could have done it before.
fn interval(notice: &Notice) -> Span {
    match notice {
        Notice::PasswordChanged { .. } | Notice::AddressChanged { .. } => Span::minutes(10),
        Notice::NewDevice { .. } | Notice::AccountLocked { .. } | Notice::ChangedByOperator { .. } => {
            Span::days(1)
        }
    }
}

/// Adds a notice to the change of what it tells.
pub fn tell(ctx: &Context, change: &mut Change, user: &User, notice: Notice) {
    tell_if(ctx, change, &user.email, Some(user), notice, Condition::ALWAYS);
}

/// Adds a notice to the owner of an address, where a condition holds, unless the operator has turned its kind off, or the address was told
/// lately. The statements are the same where the address has no owner: then it is dropped.
pub fn tell_if(
    ctx: &Context,
    change: &mut Change,
    email: &Email,
    owner: Option<&User>,
    notice: Notice,
    condition: Condition,
) {
    let is_wanted = |kind| ctx.settings.mail.as_ref().is_some_and(|mail| mail.notices.contains(&kind));
    if !is_wanted(notice.kind()) {
        return;
    }
    let due = throttle::once_in(ctx, interval(&notice), notice.kind(), email.as_str().as_bytes(), condition);
    let request = Request {
        purpose: Purpose::NotMe,
        user: owner.map(|owner| owner.id),
        email,
        is_known_device: false,
        detail: None,
        browser: None,
    };
    let issued = challenges::issue_if(ctx, change, &request, due.holds);
    let language = owner.and_then(|owner| owner.language).or(ctx.client.language);
    let cause = if matches!(notice, Notice::AccountLocked { .. }) { Cause::Stranger } else { Cause::Known };
    change.mail(Mail {
        to: email.clone(),
        language: language.unwrap_or_default(),
        letter: Letter::Notice { notice, undo: ctx.settings.link(Page::NotMe, None, &issued.token.expose()) },
        recipient: if owner.is_some() { Recipient::Somebody } else { Recipient::Nobody },
        cause,
        condition: issued.written,
    });
    change.add(due.note);
}

/// Adds a notice that leads elsewhere than others to the change of what it tells, unless the operator has turned its kind off.
pub fn mail(ctx: &Context, change: &mut Change, user: &User, notice: Notice, undo: String) {
    let is_wanted = |kind| ctx.settings.mail.as_ref().is_some_and(|mail| mail.notices.contains(&kind));
    if is_wanted(notice.kind()) {
        change.mail(Mail {
            to: user.email.clone(),
            language: user.language.or(ctx.client.language).unwrap_or_default(),
            letter: Letter::Notice { notice, undo },
            recipient: Recipient::Somebody,
            cause: Cause::Known,
            condition: Condition::ALWAYS,
        });
    }
}

/// A moment, as a notice says it: to the minute, in UTC.
#[must_use]
pub fn moment(at: Time) -> String {
    let text = at.rfc3339().to_string();
    let minute = text.get(..16).unwrap_or(&text).replace('T', " ");
    format!("{minute} UTC")
}

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

/// How often an address is told of a kind. What takes an account over is told each time that its owner could have done it before; but at an
/// address that nobody has proven somebody else may sit, who shall not be flooded.
fn interval(notice: &Notice, owner: Option<&User>) -> Span {
    let is_proven = owner.is_some_and(|owner| owner.email_verified);
    match notice {
        // Ten minutes, not a day: otherwise the mail about the owner's own new device would hide that of a thief.
        Notice::PasswordChanged { .. } | Notice::NewDevice { .. } | Notice::AccountDeleted { .. }
            if is_proven =>
        {
            Span::minutes(10)
        }
        _ => Span::days(1),
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
    if !is_wanted(ctx, &notice) {
        return;
    }
    let due =
        throttle::once_in(ctx, interval(&notice, owner), notice.kind(), email.as_str().as_bytes(), condition);
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
        letter: Letter::Notice {
            notice,
            undo: Some(ctx.settings.link(Page::NotMe, None, &issued.token.expose())),
        },
        recipient: if owner.is_some() { Recipient::Somebody } else { Recipient::Nobody },
        cause,
        condition: issued.written,
    });
    change.add(due.note);
}

/// Adds to the change that deletes an account that its owner is told. No link is in it: nothing is left to take back.
pub fn tell_end(ctx: &Context, change: &mut Change, user: &User) {
    let notice = Notice::AccountDeleted { at: moment(ctx.now) };
    let interval = interval(&notice, Some(user));
    let due =
        throttle::once_in(ctx, interval, notice.kind(), user.email.as_str().as_bytes(), Condition::ALWAYS);
    mail(ctx, change, user, notice, None, due.holds);
    change.add(due.note);
}

/// Whether the operator wants such notices.
#[must_use]
pub fn is_wanted(ctx: &Context, notice: &Notice) -> bool {
    ctx.settings.mail.as_ref().is_some_and(|mail| mail.notices.contains(&notice.kind()))
}

/// Adds a notice that leads elsewhere than others, or nowhere, to the change of what it tells, where a condition holds.
pub fn mail(
    ctx: &Context,
    change: &mut Change,
    user: &User,
    notice: Notice,
    undo: Option<String>,
    condition: Condition,
) {
    if is_wanted(ctx, &notice) {
        change.mail(Mail {
            to: user.email.clone(),
            language: user.language.or(ctx.client.language).unwrap_or_default(),
            letter: Letter::Notice { notice, undo },
            recipient: Recipient::Somebody,
            cause: Cause::Known,
            condition,
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

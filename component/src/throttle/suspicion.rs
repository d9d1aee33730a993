//! What an honest client doesn't do, told once in a while each.

use super::{
    attempt::Attempt,
    counter::{self, Counter},
    limit::{failures_of_address, failures_of_client},
    lock, rows,
    sign::Sign,
    standing::SUSPICION_WINDOW,
};
use crate::{
    commit::Change,
    context::Context,
    email::Email,
    events::{Event, EventType},
    ids::{SessionId, UserId},
    platform::Metric,
    storage::{Condition, Statement},
    time::Span,
};

/// Failures within an hour, more than which are told: of one client, of one address, whatever clients it claims to have, and
/// on one account.
const BY_CLIENT: i64 = 5;
const BY_ADDRESS: i64 = 30;
const ON_ACCOUNT: i64 = 10;
/// Failures within an hour, more than which make a success worth telling.
const BEFORE_SUCCESS: i64 = 3;

/// Something that is told if it is so and was not told lately.
pub struct Suspicion {
    sign: Sign,
    /// Whether anybody can bring it about.
    by_strangers: bool,
}

/// More failed sign-ins from one address and user agent within an hour than a person makes.
#[must_use]
pub fn repeated_by_client(ctx: &Context) -> Option<Suspicion> {
    Some(failures(ctx, "failures_from_client", failures_of_client(ctx)?, BY_CLIENT))
}

/// More failed sign-ins from one address within an hour than an office makes.
#[must_use]
pub fn repeated_by_address(ctx: &Context) -> Option<Suspicion> {
    Some(failures(ctx, "failures_from_address", failures_of_address(ctx)?, BY_ADDRESS))
}

/// More failed sign-ins to one account within an hour than its owner makes.
#[must_use]
pub fn repeated_on_account(ctx: &Context, email: Option<&Email>) -> Suspicion {
    failures(ctx, "failures_on_account", lock::account(ctx, email), ON_ACCOUNT)
}

/// A success right after a burst of failures, on whatever it was counted by: perhaps the guess that was right.
#[must_use]
pub fn after_failures(ctx: &Context, attempt: &Attempt) -> Suspicion {
    let about = failures(ctx, "success_after_failures", attempt.lock.clone(), BEFORE_SUCCESS);
    Suspicion { by_strangers: false, ..about }
}

/// Something else that is told once a day about a session.
#[must_use]
pub fn once_a_day(ctx: &Context, reason: &'static str, subject: SessionId) -> Suspicion {
    let sign = Sign {
        reason,
        subject: counter::subject(reason, &[subject.as_str().as_bytes()]),
        not_since: ctx.now - Span::days(1),
        now: ctx.now,
        attempts: None,
    };
    Suspicion { sign, by_strangers: false }
}

/// Something that is done once in so long.
pub struct Once {
    /// Holds where it is to be done, and was not done lately.
    pub holds: Condition,
    /// Notes that it was done. It comes behind what is done.
    pub note: Statement,
}

/// Something about a subject that is done once in so long, where a condition holds.
#[must_use]
pub fn once_in(
    ctx: &Context,
    span: Span,
    reason: &'static str,
    subject: &[u8],
    condition: Condition,
) -> Once {
    let sign = Sign {
        reason,
        subject: counter::subject(reason, &[subject]),
        not_since: ctx.now - span,
        now: ctx.now,
        attempts: None,
    };
    Once { note: rows::note_reported_if(&sign, &condition), holds: condition.and(rows::is_suspicious(&sign)) }
}

fn failures(ctx: &Context, reason: &'static str, counter: Counter, most: i64) -> Suspicion {
    let since = ctx.now - SUSPICION_WINDOW;
    let attempts = Some((counter.clone(), since, most));
    let sign = Sign { reason, subject: counter.subject, not_since: since, now: ctx.now, attempts };
    Suspicion { sign, by_strangers: true }
}

impl Suspicion {
    /// Adds its event, and the note that it was reported, to a change.
    pub fn report(&self, change: &mut Change, user: Option<UserId>) {
        change.record(self.event(user));
        change.add(rows::note_reported(&self.sign));
    }

    /// The same of something that was done in a session.
    pub fn report_in_session(&self, change: &mut Change, user: UserId, session: SessionId) {
        change.record(self.event(Some(user)).session(session));
        change.add(rows::note_reported(&self.sign));
    }

    fn event(&self, user: Option<UserId>) -> Event {
        let event = Event::of(EventType::SuspiciousActivity, user)
            .with("reason", self.sign.reason)
            .only_if(rows::is_suspicious(&self.sign))
            .counting(Metric::SuspiciousActivities, self.sign.reason);
        if self.by_strangers { event.by_strangers() } else { event }
    }
}

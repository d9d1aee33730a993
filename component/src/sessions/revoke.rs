//! Ending sessions before their time. The next request that comes with one is refused.

use super::{Caller, Session, rows};
use crate::{
    commit::Change,
    context::Context,
    error::{Failure, LookupError},
    events::{Event, EventType},
    ids::{SessionId, UserId},
    platform::Metric,
    storage::Statement,
};

/// Ends one of the caller's own sessions.
///
/// # Errors
///
/// `NotFound` for a session that isn't there or isn't theirs.
pub async fn revoke_own(ctx: &Context, caller: &Caller, session: SessionId) -> Result<(), LookupError> {
    let event = Event::about(EventType::SessionRevoked, caller.user.id).with("reason", "owner");
    end_one(ctx, rows::end_own(caller.user.id, session), event.session(session)).await
}

/// Ends any session.
///
/// # Errors
///
/// `NotFound` for a session that isn't there.
pub async fn revoke(ctx: &Context, session: SessionId) -> Result<(), LookupError> {
    let found = rows::by_id(session).await?.ok_or(LookupError::NotFound)?;
    let event = Event::about(EventType::SessionRevoked, found.user.id).with("reason", "administrator");
    end_one(ctx, rows::end_existing(session), event.session(session)).await
}

/// Ends every session of the caller's but the one that they call with, and the one that it was exchanged from. Returns how many
/// it was.
///
/// # Errors
///
/// Where storage fails.
pub async fn revoke_others(ctx: &Context, caller: &Caller) -> Result<u64, Failure> {
    let user = caller.user.id;
    let Session { id, parent_id, .. } = caller.session;
    let event = Event::about(EventType::SessionRevoked, user).with("reason", "owner").with("scope", "others");
    let event = rows::if_others_than(id, parent_id, event);
    end_many(ctx, rows::end_others(user, id, parent_id), event).await
}

/// Ends every session of a user. Returns how many it was.
///
/// # Errors
///
/// Where storage fails.
pub async fn revoke_all(ctx: &Context, user: UserId) -> Result<u64, Failure> {
    let event =
        Event::about(EventType::SessionRevoked, user).with("reason", "administrator").with("scope", "all");
    end_many(ctx, rows::end_all(user), rows::if_more_than(0, event)).await
}

/// Adds the end of every session of a user to a change, and its event where there is any.
pub fn end_all(change: &mut Change, user: UserId, reason: &'static str) {
    let event = Event::about(EventType::SessionRevoked, user).with("reason", reason).with("scope", "all");
    change.record(rows::if_more_than(0, event));
    for statement in rows::end_all(user) {
        change.add_counted(Metric::SessionsEnded, reason, statement);
    }
}

async fn end_one(ctx: &Context, statement: Statement, event: Event) -> Result<(), LookupError> {
    let mut change = Change::new();
    change.add_counted(Metric::SessionsEnded, "revoked", statement);
    change.record(event);
    change.commit_or(ctx, LookupError::NotFound).await.map(drop)
}

async fn end_many(ctx: &Context, statements: [Statement; 2], event: Event) -> Result<u64, Failure> {
    let mut change = Change::new();
    change.record(event);
    let ended = statements.map(|statement| change.add_counted(Metric::SessionsEnded, "revoked", statement));
    let committed = change.commit(ctx).await?;
    Ok(ended.into_iter().map(|ended| committed[ended]).sum())
}

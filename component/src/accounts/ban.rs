//! Bans: a banned user is signed out, and can't sign in.

use super::{Ban, Name, User, rows};
use crate::{
    commit::Change,
    context::Context,
    error::LookupError,
    events::{Event, EventType},
    ids::UserId,
    time::Time,
};

/// Keeps a user out from now on, until a moment or for good. Every session of theirs ends. The reason is for operators: the user is
/// not told.
///
/// # Errors
///
/// `NotFound` where there is no such account.
pub async fn ban(
    ctx: &Context,
    id: UserId,
    reason: &Name,
    until: Option<Time>,
    by: &str,
) -> Result<User, LookupError> {
    let user = rows::by_id(id).await?.ok_or(LookupError::NotFound)?;
    let event = Event::about(EventType::UserBanned, id).with("by", by).with("reason", reason.as_str());
    let event = match until {
        Some(until) => event.with("until", until.as_seconds()),
        None => event,
    };
    let mut change = Change::of(rows::ban(id, reason.as_str(), until, ctx.now));
    change.record(event);
    change.commit_or(ctx, LookupError::NotFound).await?;
    Ok(User { ban: until.map_or(Ban::Forever, Ban::Until), updated_at: ctx.now, ..user })
}

/// Lifts the ban of a user. Their sessions are gone: they sign in again.
///
/// # Errors
///
/// `NotFound` where there is no such account.
pub async fn unban(ctx: &Context, id: UserId, by: &str) -> Result<User, LookupError> {
    let user = rows::by_id(id).await?.ok_or(LookupError::NotFound)?;
    if user.ban == Ban::None {
        return Ok(user);
    }
    let mut change = Change::of(rows::unban(id, ctx.now));
    change.record(Event::about(EventType::UserUnbanned, id).with("by", by));
    change.commit_or(ctx, LookupError::NotFound).await?;
    Ok(User { ban: Ban::None, updated_at: ctx.now, ..user })
}

//! Lifting the locks of an account.

use super::{lock, rows};
use crate::{
    accounts::User,
    audit::{Event, Kind},
    context::Context,
    error::Error,
    storage::Change,
};

/// Lifts the locks on signing in to an account and on proving again who one is, and forgets their failures. One that isn't locked stays so. Returns whether it was
/// locked.
///
/// # Errors
///
/// Where storage fails.
pub async fn unlock(ctx: &Context, user: &User, by: &str) -> Result<bool, Error> {
    let counters = lock::counters_of(ctx, user.id, &user.email);
    let mut was_locked = false;
    for counter in &counters {
        was_locked |= rows::lock(counter).await?.is_some_and(|(until, _)| until > ctx.now);
    }
    let event = Event::about(Kind::AccountUnlocked, user.id).with("by", by);
    let mut change = Change::new().and_all(counters.iter().flat_map(rows::forget));
    if was_locked {
        change = change.record(event);
    }
    change.commit(ctx).await?;
    Ok(was_locked)
}

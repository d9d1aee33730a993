//! Lifting the locks of an account.

use super::{lock, rows};
use crate::{
    accounts::User,
    audit::{Event, Kind},
    context::Context,
    error::Error,
    storage::Change,
};

/// Lifts the lock on signing in to an account, and forgets its failures. One that isn't locked stays so. Returns whether it was
/// locked.
///
/// # Errors
///
/// Where storage fails.
pub async fn unlock(ctx: &Context, user: &User, by: &str) -> Result<bool, Error> {
    let counter = lock::account(ctx, Some(&user.email));
    let was_locked = rows::lock(&counter).await?.is_some_and(|(until, _)| until > ctx.now);
    let event = Event::about(Kind::AccountUnlocked, user.id).with("by", by);
    let mut change = Change::new().and_all(rows::forget(&counter));
    if was_locked {
        change = change.record(event);
    }
    change.commit(ctx).await?;
    Ok(was_locked)
}

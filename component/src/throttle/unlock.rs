//! Lifting the locks of an account.

use super::{lock, rows};
use crate::{
    commit::Change,
    context::Context,
    email::Email,
    error::Failure,
    events::{Event, EventType},
    ids::UserId,
    settings::LEAST_CUMULATIVE,
};

/// Lifts the locks on signing in to an account and on proving again who one is, and forgets their failures. Where there is no lock,
/// nothing is forgotten: that would be guesses without end, and unseen. Returns whether it was locked.
///
/// So many failures as some service may be configured to end all attempts after are taken for a lock: an operator's command reads
/// another configuration than the service beside it. What is forgotten so is an event like any other.
///
/// # Errors
///
/// Where storage fails.
pub async fn unlock(ctx: &Context, user: UserId, email: &Email, by: &str) -> Result<bool, Failure> {
    let counters = lock::counters_of(user, email);
    let cumulative = LEAST_CUMULATIVE.into();
    let [one, other] = counters.each_ref().map(|counter| rows::is_locked(counter, cumulative, ctx.now));
    let event = Event::about(EventType::AccountUnlocked, user).with("by", by).only_if(one.or(other));
    let mut change = Change::new();
    change.record(event);
    let locks = counters.map(|counter| {
        let [attempts, lock] = rows::unlock(&counter, cumulative, ctx.now);
        change.add(attempts);
        change.add(lock)
    });
    let committed = change.commit(ctx).await?;
    Ok(locks.into_iter().any(|lock| committed[lock] > 0))
}

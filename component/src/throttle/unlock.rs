//! Lifting the locks of an account.

use super::{lock, rows};
use crate::{
    commit::Change,
    context::Context,
    email::Email,
    error::Error,
    events::{Event, Kind},
    settings::LEAST_CUMULATIVE,
};
use uuid::Uuid;

/// Lifts the locks on signing in to an account and on proving again who one is, and forgets their failures. Where there is no lock,
/// nothing is forgotten: that would be guesses without end, and unseen. Returns whether it was locked.
///
/// So many failures as some service may be configured to end all attempts after are taken for a lock: an operator's command reads
/// another configuration than the service beside it. What is forgotten so is an event like any other.
///
/// # Errors
///
/// Where storage fails.
pub async fn unlock(ctx: &Context, user: Uuid, email: &Email, by: &str) -> Result<bool, Error> {
    let counters = lock::counters_of(user, email);
    let cumulative = LEAST_CUMULATIVE.into();
    let (locked, values) = rows::one_is_locked(&counters, cumulative, ctx.now);
    let event = Event::about(Kind::AccountUnlocked, user).with("by", by).only_if(locked, values);
    let unlock = counters.iter().flat_map(|counter| rows::unlock(counter, cumulative, ctx.now));
    let affected = Change::new().record(event).and_all(unlock).commit(ctx).await?;
    // Attempts and lock of each counter.
    Ok(affected.iter().skip(1).step_by(2).any(|locks| *locks > 0))
}

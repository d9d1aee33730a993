//! Access tokens that were refused: anyone can make any number of them, so they are counted in memory and
//! become one event for all.

use super::{Event, Kind};
use crate::{context::Context, error::Error, storage::Change, time::Time};
use std::sync::Mutex;

/// How many since when.
static REFUSED: Mutex<Option<(Time, u64)>> = Mutex::new(None);

/// Notes that a token was refused.
pub fn note(now: Time) {
    if let Ok(mut refused) = REFUSED.lock() {
        let (since, count) = refused.unwrap_or((now, 0));
        *refused = Some((since, count.saturating_add(1)));
    }
}

/// Writes what was noted, if a minute has passed since the first.
///
/// # Errors
///
/// Where storage fails; then it is kept.
pub async fn flush(ctx: &Context) -> Result<(), Error> {
    let due = REFUSED.lock().ok().and_then(|refused| *refused);
    let Some((since, count)) = due.filter(|(since, _)| ctx.now.since(*since) >= super::WINDOW) else {
        return Ok(());
    };
    let number = i64::try_from(count).unwrap_or(i64::MAX);
    let event = Event::standing_for(Kind::TokenValidationFailure, number, since, ctx.now);
    Change::new().record(event).commit(ctx).await?;
    if let Ok(mut refused) = REFUSED.lock() {
        let left = refused.map_or(0, |(_, total)| total.saturating_sub(count));
        *refused = (left > 0).then_some((ctx.now, left));
    }
    Ok(())
}

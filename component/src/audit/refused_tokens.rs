//! Access tokens that were refused: anyone can make any number of them, so they are counted in memory and
//! become one event for all.

use crate::{
    commit,
    context::Context,
    error::Failure,
    events::{Event, EventType},
    time::Time,
};
use std::sync::Mutex;

/// How many since when.
static REFUSED: Mutex<Option<(Time, u64)>> = Mutex::new(None);

/// Notes that a token was refused.
pub fn note(now: Time) {
    add(now, 1);
}

fn add(since: Time, count: u64) {
    if let Ok(mut refused) = REFUSED.lock() {
        let noted = refused.unwrap_or((since, 0));
        *refused = Some((noted.0.min(since), noted.1.saturating_add(count)));
    }
}

/// Writes what was noted: all of it, for this instance may be about to end.
///
/// # Errors
///
/// Where storage fails; then it is kept.
pub async fn flush(ctx: &Context) -> Result<(), Failure> {
    let noted = REFUSED.lock().ok().and_then(|mut refused| refused.take());
    let Some((since, count)) = noted else { return Ok(()) };
    let number = i64::try_from(count).unwrap_or(i64::MAX);
    let event = Event::standing_for(EventType::TokenValidationFailure, number, since, ctx.now);
    let written = commit::event(ctx, event).await;
    if written.is_err() {
        add(since, count);
    }
    written
}

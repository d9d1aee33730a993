//! When sessions were last used: noted in memory, written in batches. Reading a session is never a write.

use super::rows;
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    ids::SessionId,
    time::{Span, Time},
};
use std::{collections::BTreeMap, mem, sync::Mutex};

/// Activity is kept to the minute.
const GRAIN: Span = Span::minutes(1);
/// How many sessions are remembered between two flushes. Past it, activity of further sessions is not noted:
/// they are used again.
const MOST: usize = 50_000;
/// How many sessions one transaction writes.
const BATCH: usize = 500;

static NOTED: Mutex<BTreeMap<SessionId, Time>> = Mutex::new(BTreeMap::new());

/// Notes that a session is used now, if it was last a minute ago. Tells when it was last used, as far as is noted.
pub fn note(session: SessionId, last: Time, now: Time) -> Time {
    if now.since(last) < GRAIN {
        return last;
    }
    if let Ok(mut noted) = NOTED.lock()
        && (noted.len() < MOST || noted.contains_key(&session))
    {
        noted.insert(session, now);
    }
    now
}

/// When the use of a session that was last used then is noted next.
pub fn next(last: Time) -> Time {
    last + GRAIN
}

/// Writes what was noted. What can't be written now is forgotten: it is only activity.
///
/// # Errors
///
/// Where storage fails.
pub async fn flush(ctx: &Context) -> Result<(), Failure> {
    let noted = NOTED.lock().map(|mut noted| mem::take(&mut *noted)).unwrap_or_default();
    let noted: Vec<_> = noted.into_iter().collect();
    for batch in noted.chunks(BATCH) {
        let statements = batch.iter().map(|(session, at)| rows::touch(*session, *at));
        let mut change = Change::new();
        change.add_all(statements);
        change.commit(ctx).await?;
    }
    Ok(())
}

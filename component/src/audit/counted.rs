//! Events that were counted instead of written, because the database refused them or because there were too many: they
//! are reported in the log itself, once that can be written again, or their window is over.

use super::rows;
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    events::{Event, EventType, WINDOW},
    time::Span,
};

/// Writes one event for each kind that was counted, and takes it off the count. Returns how many events were lost.
///
/// # Errors
///
/// Where storage fails.
pub async fn report(ctx: &Context) -> Result<u64, Failure> {
    let mut lost = 0_u64;
    for counted in rows::counted().await? {
        let age = ctx.now.since(counted.since);
        let kind = if counted.lost {
            EventType::EventsLost
        } else if (Span::default()..WINDOW).contains(&age) {
            continue;
        } else {
            counted.kind
        };
        let event = Event::standing_for(kind, counted.count, counted.since, counted.until)
            .with("kind", counted.kind.name());
        let mut change = Change::new();
        change.add_all(rows::reported(&counted));
        change.record(event);
        change.commit(ctx).await?;
        if counted.lost {
            lost = lost.saturating_add(u64::try_from(counted.count).unwrap_or(0));
        }
    }
    Ok(lost)
}

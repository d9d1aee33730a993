//! Events that could not be written are reported in the log itself, once it can be written again.

use super::{Event, Kind, rows};
use crate::{context::Context, error::Error, storage::Change};

/// Writes one event for each kind that was lost, and takes it off the count. Returns how many were lost.
///
/// # Errors
///
/// Where storage fails.
pub async fn report(ctx: &Context) -> Result<u64, Error> {
    let mut total = 0_u64;
    for (kind, count) in rows::lost().await? {
        let event = Event::anonymous(Kind::EventsLost).with("kind", kind.as_str()).with("count", count);
        Change::new().and(rows::reported(&kind, count)).record(event).commit(ctx).await?;
        total = total.saturating_add(u64::try_from(count).unwrap_or(0));
    }
    Ok(total)
}

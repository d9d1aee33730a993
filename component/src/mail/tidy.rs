//! What housekeeping does about mails.

use super::rows;
use crate::{
    commit::{self, Change},
    context::Context,
    error::Failure,
    events::{Event, EventType},
    platform::Metric,
};

/// How many mails stand where.
#[derive(Clone, Copy, Default)]
pub struct Standing {
    /// Those that are still to be delivered.
    pub waiting: i64,
    /// Those that were given up lately.
    pub failed: i64,
}

/// Gives up the mails whose time is over, destroys their contents, and counts the rest.
///
/// # Errors
///
/// Where storage fails.
pub async fn tidy(ctx: &Context) -> Result<Standing, Failure> {
    let mut change = Change::new();
    let failed = change.add_counted(Metric::Mails, "failed", rows::fail_past(ctx.now));
    change.add(rows::destroy_contents(ctx.now));
    change.add_counted(Metric::RowsPruned, "outbox", rows::prune(ctx.now));
    let failed = change.commit(ctx).await?[failed];
    if failed > 0 {
        let event = Event::anonymous(EventType::MailFailed).with("count", failed);
        commit::event(ctx, event.with("reason", "it was not delivered within 24 hours").by_strangers())
            .await?;
    }
    let (waiting, failed) = rows::count().await?;
    Ok(Standing { waiting, failed })
}

//! Events whose author is unknown: their MAC is under a secret that this instance was not given. They may be
//! ours, while a rotation of secrets reaches one process after the other. So they wait for a while, and then
//! count as forged.
//!
//! Housekeeping notes for its next run when it first saw them, by its own clock: whoever writes rows also
//! decides what they say of their age.

use super::rows;
use crate::{
    commit::Change,
    context::Context,
    error::Failure,
    platform::Level,
    secrets::{
        Purpose,
        mac::{Author, author, mac},
    },
    storage::Statement,
    time::{Span, Time},
};
use std::sync::Mutex;

/// How long they may wait: until every process has taken up another secret.
pub const MOST: Span = Span::minutes(10);

/// Tells this note from others.
const NAME: &[u8] = b"waiting\0";

/// What this instance has seen. Where each run has an instance of its own, the row tells.
static SEEN: Mutex<Option<Time>> = Mutex::new(None);

/// Since when some wait. None where nobody has noted any.
pub async fn since(ctx: &Context) -> Result<Option<Time>, Failure> {
    let noted = rows::waiting()
        .await?
        .filter(|(since, mac)| {
            let content = [NAME, &since.to_be_bytes()];
            author(&ctx.settings.keyring, Purpose::AuditNote, &content, mac) == Author::Ours
        })
        .map(|(since, _)| Time(since));
    let seen = SEEN.lock().ok().and_then(|seen| *seen);
    // A moment that is still to come is none: the clock was put back.
    Ok(noted.into_iter().chain(seen).filter(|since| *since <= ctx.now).min())
}

/// Notes since when some wait, or that none do. Tells the operator when they begin to.
pub async fn note(ctx: &Context, since: Option<Time>) -> Result<(), Failure> {
    if since == Some(ctx.now) {
        ctx.log(
            Level::Warn,
            "events wait to be sealed that are under a secret which this process was not given",
            &[],
        );
    }
    Change::of(keep(ctx, since)).commit(ctx).await.map(drop)
}

fn keep(ctx: &Context, since: Option<Time>) -> Statement {
    if let Ok(mut seen) = SEEN.lock() {
        *seen = since;
    }
    let Some(Time(since)) = since else { return rows::forget_waiting() };
    let mac = mac(&ctx.settings.keyring, Purpose::AuditNote, &[NAME, &since.to_be_bytes()]);
    rows::keep_waiting(since, mac)
}

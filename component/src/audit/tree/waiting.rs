//! Since when events wait that are under a secret which this instance was not given. By the clock of housekeeping, which notes for its
//! next run when it first saw them: what the rows say of their age, whoever wrote them decided.

use super::rows;
use crate::{
    context::Context,
    error::Failure,
    secrets::{
        Purpose,
        mac::{Author, author, mac},
    },
    storage::Statement,
    time::{Span, Time},
};
use std::sync::Mutex;

/// How long they may wait: until every process has taken up another secret. Then they count as forged.
pub const MOST: Span = Span::minutes(10);

/// Tells this note from others.
const NAME: &[u8] = b"waiting\0";

/// What this instance has seen. Where each run has an instance of its own, the note tells.
static SEEN: Mutex<Option<Time>> = Mutex::new(None);

/// Since when; none where nothing waits, as far as anybody has noted.
pub async fn since(ctx: &Context) -> Result<Option<Time>, Failure> {
    let noted = rows::waiting()
        .await?
        .filter(|(since, mac)| {
            let content = [NAME, &since.to_be_bytes()];
            author(&ctx.settings.keyring, Purpose::AuditNote, &content, mac) == Author::Ours
        })
        .map(|(since, _)| Time(since));
    let seen = SEEN.lock().ok().and_then(|seen| *seen);
    // A moment that is still to come was none: somebody put the clock back.
    Ok(noted.into_iter().chain(seen).filter(|since| *since <= ctx.now).min())
}

/// Notes since when, or that nothing waits.
pub fn note(ctx: &Context, since: Option<Time>) -> Statement {
    if let Ok(mut seen) = SEEN.lock() {
        *seen = since;
    }
    let Some(Time(since)) = since else { return rows::forget_waiting() };
    let mac = mac(&ctx.settings.keyring, Purpose::AuditNote, &[NAME, &since.to_be_bytes()]);
    rows::keep_waiting(since, mac)
}

//! Refusing a key from now on.

use super::{KeyState, rotate, rows};
use crate::{
    commit::Change,
    context::Context,
    error::LookupError,
    events::{Event, EventType},
};

/// Refuses a key, and with it every token that it signed. Where it was the one that signs, a new one takes over
/// at once: one that has retired may have been stolen along with it.
///
/// # Errors
///
/// `NotFound` where there is no such key, or it is revoked already.
pub async fn revoke(ctx: &Context, id: &str) -> Result<(), LookupError> {
    let keys = rows::all().await?;
    let key = keys.iter().find(|key| key.public.kid() == id).ok_or(LookupError::NotFound)?;
    let mut change = Change::of(rows::revoke(id, ctx.now));
    change.record(Event::anonymous(EventType::KeysRevoked).with("kid", id));
    match key.state(&keys, ctx.now) {
        KeyState::Revoked => return Err(LookupError::NotFound),
        KeyState::Signing => drop(rotate::make(ctx, &mut change, ctx.now)?),
        KeyState::Published | KeyState::Retired => {}
    }
    change.commit_or(ctx, LookupError::NotFound).await.map(drop)
}

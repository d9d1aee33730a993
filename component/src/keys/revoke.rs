//! Refusing a key from now on.

use super::{State, rotate, rows};
use crate::{
    commit::Change,
    context::Context,
    error::Error,
    events::{Event, Kind},
};

/// Refuses a key, and with it every token that it signed. Where it was the one that signs, a new one takes over
/// at once: one that has retired may have been stolen along with it.
///
/// # Errors
///
/// `NotFound` where there is no such key, or it is revoked already.
pub async fn revoke(ctx: &Context, id: &str) -> Result<(), Error> {
    let keys = rows::all().await?;
    let key = keys.iter().find(|key| key.public.kid() == id).ok_or(Error::NotFound)?;
    let mut change = Change::of(rows::revoke(id, ctx.now));
    change.record(Event::anonymous(Kind::KeysRevoked).with("kid", id));
    match key.state(&keys, ctx.now) {
        State::Revoked => return Err(Error::NotFound),
        State::Signing => drop(rotate::make(ctx, &mut change, ctx.now)?),
        State::Published | State::Retired => {}
    }
    change.commit_or(ctx, Error::NotFound).await.map(drop)
}

//! Somebody who is signed in proves again who they are.

use crate::{
    accounts::User,
    commit::Change,
    context::Context,
    error::Error,
    events::{Event, Kind},
    passwords::{Password, Proof, check},
    throttle::{self, Attempt},
};

/// Compares the password of somebody who is signed in. The attempt is to be given back with what it allows.
///
/// # Errors
///
/// `InvalidCredentials` where it is wrong, `Locked` where it was too often, `RateLimited` where others are to be decided first,
/// `Overloaded` where the host has no room for a hash.
pub async fn reauthenticate(
    ctx: &Context,
    user: &User,
    password: &Password,
    encoded: Option<String>,
    reason: &'static str,
) -> Result<Attempt, Error> {
    let attempt = throttle::reserve_in_session(ctx, user.id).await?;
    // A device where somebody is signed in is a known one.
    match check(&ctx.on_device(true), password, encoded).await {
        Ok(Proof::Right | Proof::RightButOutdated) => return Ok(attempt),
        Ok(Proof::Wrong) => {}
        Err(error) => {
            attempt.take_back(ctx).await;
            return Err(error);
        }
    }
    let failure = Event::about(Kind::LoginFailure, user.id).with("reason", reason);
    let locked = Event::about(Kind::AccountLocked, user.id);
    let mut change = Change::new();
    change.record(failure);
    attempt.failed(ctx, &mut change, locked);
    change.commit(ctx).await?;
    Err(Error::InvalidCredentials)
}

//! Sessions, to look at.

use super::{Count, Session, rows};
use crate::ids::{SessionId, UserId};
use crate::{
    context::Context,
    error::{Failure, LookupError},
};

/// The sessions of a user that are alive, newest first: sign-ins, and what was exchanged from them.
///
/// # Errors
///
/// Where storage fails.
pub async fn list(ctx: &Context, user: UserId) -> Result<Vec<Session>, Failure> {
    rows::of_user(user, ctx.now).await
}

/// How many sessions are alive.
///
/// # Errors
///
/// Where storage fails.
pub async fn count(ctx: &Context) -> Result<Count, Failure> {
    rows::count(ctx.now).await
}

/// A session, if it is alive.
///
/// # Errors
///
/// `NotFound` where it is not.
pub async fn get(ctx: &Context, id: SessionId) -> Result<Session, LookupError> {
    let found = rows::by_id(id).await?.filter(|found| found.is_alive(ctx.now));
    Ok(found.ok_or(LookupError::NotFound)?.session)
}

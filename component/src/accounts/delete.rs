//! Deleting an account.

use super::{Password, User, reauthenticate, rows};
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::Error,
    storage::{Change, Refused},
};

/// Deletes the account, its sessions and tokens, if the password is right. Its trail of security events stays.
///
/// # Errors
///
/// `InvalidCredentials` for a wrong password, or where the credentials changed meanwhile.
pub async fn delete(ctx: &Context, user: &User, password: &Password) -> Result<(), Error> {
    let credentials = rows::credentials_by_id(ctx, user.id).await?;
    let (version, encoded) = credentials.map_or((0, None), |found| (found.version, found.password));
    let attempt = reauthenticate(ctx, user, password, encoded, "account_deletion").await?;
    let change = Change::new()
        .and(rows::delete(user.id, version))
        .and_all(attempt.succeeded())
        .record(Event::about(Kind::AccountDeleted, user.id));
    match change.commit(ctx).await {
        Ok(_) => Ok(()),
        Err(refused) => {
            attempt.take_back(ctx).await;
            match refused {
                Refused::Unmet(_) => Err(Error::InvalidCredentials),
                refused => Err(refused.into()),
            }
        }
    }
}

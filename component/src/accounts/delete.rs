//! Deleting an account.

use super::{Password, Proof, User, check, rows};
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
    let credentials = rows::credentials_by_id(user.id).await?;
    let (version, encoded) = credentials.map_or((0, None), |found| (found.version, found.password));
    if check(ctx, password, encoded).await? == Proof::Wrong {
        let event = Event::about(Kind::LoginFailure, user.id).with("reason", "account_deletion");
        Change::new().record(event).commit(ctx).await?;
        return Err(Error::InvalidCredentials);
    }
    let change =
        Change::new().and(rows::delete(user.id, version)).record(Event::about(Kind::AccountDeleted, user.id));
    match change.commit(ctx).await {
        Ok(_) => Ok(()),
        Err(Refused::Unmet) => Err(Error::InvalidCredentials),
        Err(refused) => Err(refused.into()),
    }
}

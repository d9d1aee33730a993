//! Deleting an account.

use super::reauthenticate::reauthenticate;
use crate::{
    accounts::{self, User},
    commit::{Change, Refused},
    context::Context,
    error::Error,
    events::{Event, Kind},
    passwords::Password,
};

/// Deletes the account, its sessions and tokens, if the password is right. Its trail of security events stays.
///
/// # Errors
///
/// `InvalidCredentials` for a wrong password, or where the credentials changed meanwhile.
pub async fn delete_account(ctx: &Context, user: &User, password: &Password) -> Result<(), Error> {
    let credentials = accounts::credentials_by_id(ctx, user.id).await?;
    let (version, encoded) = credentials.map_or((0, None), |found| (found.version, found.password));
    let attempt = reauthenticate(ctx, user, password, encoded, "account_deletion").await?;
    let change = Change::new()
        .and(accounts::delete(user.id, version))
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

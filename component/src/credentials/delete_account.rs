//! Deleting an account.

use super::reauthenticate::reauthenticate;
use crate::{
    accounts::{self, User},
    commit::Change,
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
    let mut change = Change::of(accounts::delete(user.id, version));
    attempt.succeeded(&mut change);
    change.record(Event::about(Kind::AccountDeleted, user.id));
    let committed = change.commit_or(ctx, Error::InvalidCredentials).await;
    if committed.is_err() {
        attempt.take_back(ctx).await;
    }
    committed.map(drop)
}

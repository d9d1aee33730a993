//! Deleting an account.

use super::Reauthenticated;
use crate::{
    accounts::{self, User},
    commit::Change,
    context::Context,
    error::Error,
    events::{Event, Kind},
};

/// Deletes the account, its sessions and tokens. Its trail of security events stays.
///
/// # Errors
///
/// `InvalidCredentials` where the credentials changed meanwhile.
pub async fn delete_account(ctx: &Context, user: &User, proof: Reauthenticated) -> Result<(), Error> {
    let mut change = Change::of(accounts::delete(user.id, proof.credential_version));
    change.record(Event::about(Kind::AccountDeleted, user.id));
    proof.commit(ctx, change).await
}

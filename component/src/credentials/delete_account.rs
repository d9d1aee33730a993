//! Deleting an account.

use super::Reauthenticated;
use crate::{
    accounts::{self, User},
    commit::Change,
    context::Context,
    error::{Failure, passes_on},
    events::{Event, Kind},
};

/// Why an account is not deleted.
#[derive(Debug)]
pub enum DeleteAccountError {
    /// The credentials were changed meanwhile.
    InvalidCredentials,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(DeleteAccountError: Failed(Failure));

/// Deletes the account, its sessions and tokens. Its trail of security events stays.
pub async fn delete_account(
    ctx: &Context,
    user: &User,
    proof: Reauthenticated,
) -> Result<(), DeleteAccountError> {
    let mut change = Change::of(accounts::delete(user.id, proof.credential_version));
    change.record(Event::about(Kind::AccountDeleted, user.id));
    proof.commit(ctx, change, DeleteAccountError::InvalidCredentials).await
}

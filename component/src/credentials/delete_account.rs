//! Deleting an account.

use super::Reauthenticated;
use crate::{
    accounts::{self, User},
    challenges,
    commit::Change,
    context::Context,
    error::{Failure, passes_on},
    events::{Event, EventType},
    notices,
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

/// Deletes the account, its sessions and tokens. Its events stay in the audit log.
pub async fn delete_account(
    ctx: &Context,
    user: &User,
    proof: Reauthenticated,
) -> Result<(), DeleteAccountError> {
    let mut change = Change::of(accounts::delete_by_owner(user.id, proof.credential_version));
    change.add(challenges::forget_user(user.id, ctx.now));
    change.record(Event::about(EventType::AccountDeleted, user.id));
    notices::tell_end(ctx, &mut change, user);
    proof.commit(ctx, change, DeleteAccountError::InvalidCredentials).await
}

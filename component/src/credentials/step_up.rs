//! Proving again who one is, so that the session may do what a stolen one must not.

use super::Reauthenticated;
use crate::{
    accounts,
    commit::Change,
    context::Context,
    error::{Failure, passes_on},
    events::{Event, EventType},
    ids::UserId,
    sessions::{AuthenticateError, Caller, Methods, OldChain, Others, Renewal, SignedIn},
};

/// The methods by which a user can step up: the password; none if the account has no password. Its user sets one by mail.
///
/// # Errors
///
/// Where storage fails.
pub async fn methods(ctx: &Context, user: UserId) -> Result<Vec<&'static str>, Failure> {
    let credentials = accounts::credentials_by_id(ctx, user).await?;
    let has_password = credentials.is_some_and(|found| found.password.is_some());
    Ok(Vec::from_iter(has_password.then_some("password")))
}

/// Why a session is not stepped up.
#[derive(Debug)]
pub enum StepUpError {
    /// The credentials were changed meanwhile.
    InvalidCredentials,
    /// The session was ended or renewed meanwhile.
    Unauthenticated,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(StepUpError: Failed(Failure);
    AuthenticateError { Unauthenticated, Failed(failure) });

/// Notes the proof in the session, which gets new secrets: whoever holds its old ones does not share in it. Other sessions stay.
///
/// # Errors
///
/// See [`StepUpError`].
pub async fn step_up(
    ctx: &Context,
    caller: &Caller,
    proof: Reauthenticated,
    old_chain: OldChain,
) -> Result<SignedIn, StepUpError> {
    let mut change = Change::new();
    change.add(accounts::while_version(caller.user.id, proof.credential_version));
    let renewal =
        match Renewal::begin(ctx, &mut change, caller, &Methods::password(), old_chain, Others::Stay) {
            Ok(renewal) => renewal,
            Err(failure) => {
                proof.take_back(ctx).await;
                return Err(failure.into());
            }
        };
    change.record(Event::about(EventType::StepUp, caller.user.id).session(caller.session.id));
    proof.commit(ctx, change, StepUpError::InvalidCredentials).await?;
    Ok(renewal.complete(ctx, caller).await?)
}

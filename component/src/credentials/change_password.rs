//! Changing a password.

use super::Reauthenticated;
use crate::{
    accounts::{self, User},
    commit::Change,
    context::Context,
    error::{Failure, FieldProblem, InputError, passes_on},
    events::{Event, EventType},
    notices,
    passwords::{NewPassword, acceptable},
    registrations,
    sessions::{AuthenticateError, Caller, Methods, OldChain, Others, Renewal, SignedIn},
};
use mana_auth_mail::Notice;

/// Why a password is not changed.
#[derive(Debug)]
pub enum ChangePasswordError {
    /// The new one is too easy to guess.
    Invalid(FieldProblem),
    /// It was changed meanwhile.
    InvalidCredentials,
    /// The session was ended or renewed meanwhile. The password is changed all the same.
    Unauthenticated,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(ChangePasswordError: Failed(Failure);
    InputError { Invalid(problem), Failed(failure) };
    AuthenticateError { Unauthenticated, Failed(failure) });

/// Changes a password. Every other session ends, and this one starts anew with new secrets: whoever knew the
/// old password, or stole a token, is out.
pub async fn change_password(
    ctx: &Context,
    caller: &Caller,
    proof: Reauthenticated,
    new: &NewPassword,
    old_chain: OldChain,
) -> Result<SignedIn, ChangePasswordError> {
    let mut change = Change::new();
    let renewal = match plan(ctx, &mut change, caller, &proof, new, old_chain).await {
        Ok(renewal) => renewal,
        Err(error) => {
            proof.take_back(ctx).await;
            return Err(error.into());
        }
    };
    proof.commit(ctx, change, ChangePasswordError::InvalidCredentials).await?;
    Ok(renewal.complete(ctx, caller).await?)
}

/// Adds the new password to a change, and the session's new secrets.
async fn plan(
    ctx: &Context,
    change: &mut Change,
    caller: &Caller,
    proof: &Reauthenticated,
    new: &NewPassword,
    old_chain: OldChain,
) -> Result<Renewal, InputError> {
    set_password(ctx, change, &caller.user, proof.credential_version, new).await?;
    Ok(Renewal::begin(ctx, change, caller, &Methods::password(), old_chain, Others::End)?)
}

/// Adds another password to a change, and its event. It fails where the credentials are not of this version any more.
async fn set_password(
    ctx: &Context,
    change: &mut Change,
    user: &User,
    version: i64,
    new: &NewPassword,
) -> Result<(), InputError> {
    acceptable(ctx, new, "newPassword", &user.email, &user.name).await?;
    let encoded = registrations::hash(ctx, &user.email, new).await?;
    change.add(accounts::set_password(user.id, version, &encoded, ctx.now));
    change.record(Event::about(EventType::PasswordChange, user.id));
    notices::tell(ctx, change, user, Notice::PasswordChanged { at: notices::moment(ctx.now) });
    Ok(())
}

//! Changing a password.

use super::reauthenticate::reauthenticate;
use crate::{
    accounts::{self, User},
    commit::Change,
    context::Context,
    error::Error,
    events::{Event, Kind},
    passwords::{NewPassword, Password, acceptable, hash},
    sessions::{Caller, OldChain, Renewal, SignedIn},
    throttle::Attempt,
};

/// The password that is known and the one that is wanted.
pub struct ChangePassword {
    /// The password until now.
    pub current: Password,
    /// The password from now on.
    pub new: NewPassword,
    /// What becomes of the session's refresh tokens.
    pub old_chain: OldChain,
}

/// Changes a password. Every other session ends, and this one starts anew with new secrets: whoever knew the
/// old password, or stole a token, is out.
///
/// # Errors
///
/// `InvalidCredentials` where the current password is wrong or was changed meanwhile, `Invalid` for a weak one.
pub async fn change_password(
    ctx: &Context,
    caller: &Caller,
    request: ChangePassword,
) -> Result<SignedIn, Error> {
    let user = &caller.user;
    let credentials = accounts::credentials_by_id(ctx, user.id).await?;
    let (version, encoded) = credentials.map_or((0, None), |found| (found.version, found.password));
    let attempt = reauthenticate(ctx, user, &request.current, encoded, "password_change").await?;
    match replace(ctx, caller, version, request, &attempt).await {
        Ok(renewal) => renewal.complete(ctx, caller).await,
        Err(error) => {
            attempt.take_back(ctx).await;
            Err(error)
        }
    }
}

/// Commits the new password, and the session's new secrets with it.
async fn replace(
    ctx: &Context,
    caller: &Caller,
    version: i64,
    request: ChangePassword,
    attempt: &Attempt,
) -> Result<Renewal, Error> {
    let mut change = Change::new();
    set_password(ctx, &mut change, &caller.user, version, &request.new).await?;
    let renewal = Renewal::begin(ctx, &mut change, caller, request.old_chain)?;
    attempt.succeeded(&mut change);
    change.commit_or(ctx, Error::InvalidCredentials).await?;
    Ok(renewal)
}

/// Adds another password to a change, and its event. It fails where the credentials are not of this version any more.
async fn set_password(
    ctx: &Context,
    change: &mut Change,
    user: &User,
    version: i64,
    new: &NewPassword,
) -> Result<(), Error> {
    acceptable(ctx, new, "newPassword", &user.email, &user.name).await?;
    let encoded = hash(ctx, new).await?;
    change.add(accounts::set_password(user.id, version, &encoded, ctx.now));
    change.record(Event::about(Kind::PasswordChange, user.id));
    Ok(())
}

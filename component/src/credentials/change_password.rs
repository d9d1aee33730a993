//! Changing a password.

use super::reauthenticate::reauthenticate;
use crate::{
    accounts::{self, User},
    commit::{Change, Refused},
    context::Context,
    error::Error,
    events::{Event, Kind},
    passwords::{NewPassword, Password, acceptable, hash},
    sessions::{Caller, OldChain, Renewal, SignedIn},
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
    change: ChangePassword,
) -> Result<SignedIn, Error> {
    let user = &caller.user;
    let credentials = accounts::credentials_by_id(ctx, user.id).await?;
    let (version, encoded) = credentials.map_or((0, None), |found| (found.version, found.password));
    let attempt = reauthenticate(ctx, user, &change.current, encoded, "password_change").await?;
    let encoded = match new_hash(ctx, user, &change.new).await {
        Ok(encoded) => encoded,
        Err(error) => {
            attempt.take_back(ctx).await;
            return Err(error);
        }
    };
    let renewal = Renewal::of(ctx, caller, change.old_chain)?;
    let batch = Change::new()
        .and(accounts::set_password(user.id, version, &encoded, ctx.now))
        .and_all(renewal.statements())
        .and_all(attempt.succeeded())
        .record(Event::about(Kind::PasswordChange, user.id));
    match batch.commit(ctx).await {
        Ok(_) => renewal.complete(ctx, caller).await,
        Err(refused) => {
            attempt.take_back(ctx).await;
            match refused {
                Refused::Unmet(_) => Err(Error::InvalidCredentials),
                refused => Err(refused.into()),
            }
        }
    }
}

async fn new_hash(ctx: &Context, user: &User, password: &NewPassword) -> Result<String, Error> {
    acceptable(ctx, password, "newPassword", &user.email, &user.name).await?;
    hash(ctx, password).await
}

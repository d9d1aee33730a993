//! Changing a password.

use super::{NewPassword, Password, Proof, acceptable, check, hash, rows};
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::Error,
    sessions::{Caller, Renewal, SignedIn},
    storage::{Change, Refused},
};

/// The password that is known and the one that is wanted.
pub struct ChangePassword {
    /// The password until now.
    pub current: Password,
    /// The password from now on.
    pub new: NewPassword,
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
    let credentials = rows::credentials_by_id(user.id).await?;
    let (version, encoded) = credentials.map_or((0, None), |found| (found.version, found.password));
    if check(ctx, &change.current, encoded).await? == Proof::Wrong {
        let event = Event::about(Kind::LoginFailure, user.id).with("reason", "password_change");
        Change::new().record(event).commit(ctx).await?;
        return Err(Error::InvalidCredentials);
    }
    acceptable(ctx, &change.new, "newPassword", &user.email, &user.name).await?;
    let encoded = hash(ctx, &change.new).await?;
    let renewal = Renewal::of(ctx, caller);
    let batch = Change::new()
        .and(rows::set_password(user.id, version, &encoded, ctx.now))
        .and_all(renewal.statements())
        .record(Event::about(Kind::PasswordChange, user.id));
    match batch.commit(ctx).await {
        Ok(_) => renewal.complete(ctx, caller).await,
        Err(Refused::Unmet) => Err(Error::InvalidCredentials),
        Err(refused) => Err(refused.into()),
    }
}

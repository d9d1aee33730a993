//! What a client gets when it signs in.

use super::{
    Session,
    access_token::{AccessToken, Statement, issue},
    rows,
};
use crate::{
    accounts::User,
    context::Context,
    devices::DeviceCookie,
    error::Failure,
    invalidations::Position,
    keys,
    secrets::{CookieSecret, RefreshToken},
};

/// Everything that a client gets when it signs in.
pub struct SignedIn {
    /// Who signed in.
    pub user: User,
    /// The session.
    pub session: Session,
    /// Where what is said of the user was read.
    pub as_of: Position,
    /// For the cookie; none where the session has none.
    pub cookie: Option<CookieSecret>,
    /// For the cookie that the device is trusted by; none where nobody signed in with a password.
    pub device_cookie: Option<DeviceCookie>,
    /// For [`crate::keys::TOKEN_LIFETIME`], or less where the session ends before.
    pub access_token: AccessToken,
    /// For the next access token; usable once.
    pub refresh_token: RefreshToken,
}

/// New tokens for a session, which say of it and its user what was found in one look.
pub async fn signed_in(
    ctx: &Context,
    found: rows::Found,
    refresh_token: RefreshToken,
) -> Result<SignedIn, Failure> {
    let keys = keys::at(&found.snapshot, ctx.settings).await?;
    let rows::Found { session, user, snapshot, .. } = found;
    let as_of = snapshot.as_of;
    let access_token = issue(ctx, &keys, &Statement { session: &session, user: &user, as_of })?;
    Ok(SignedIn { user, session, as_of, cookie: None, device_cookie: None, access_token, refresh_token })
}

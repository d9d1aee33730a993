//! Who makes a request, by the database: a session that was ended is refused by the next request.

use super::{CookieSecret, Session, activity, agent, rows, tokens};
use crate::{
    accounts::User,
    context::Context,
    error::Error,
    invalidations::Position,
    keys::{self, Keys},
    platform::{self, Metric},
};
use std::sync::Arc;

/// An authenticated caller, as the database knows them at this moment.
pub struct Caller {
    /// Who it is.
    pub user: User,
    /// The session that the credential belongs to.
    pub session: Session,
    /// Rises with each change after which what is in progress must not succeed.
    pub credential_version: i64,
    /// Where all of this was read.
    pub as_of: Position,
    /// The signing keys at that position.
    pub keys: Arc<Keys>,
}

impl Caller {
    pub(super) fn new(found: rows::Found, keys: Arc<Keys>) -> Self {
        let rows::Found { session, user, credential_version, snapshot, .. } = found;
        Self { user, session, credential_version, as_of: snapshot.as_of, keys }
    }
}

/// The caller that a session cookie belongs to.
///
/// # Errors
///
/// `Unauthenticated` where it belongs to no living session.
pub async fn by_cookie(ctx: &Context, cookie: &CookieSecret) -> Result<Caller, Error> {
    let found = rows::by_cookie(cookie).await?.ok_or(Error::Unauthenticated)?;
    if !found.is_alive(ctx.now) {
        return Err(Error::Unauthenticated);
    }
    let keys = keys::at(&found.snapshot, ctx.settings).await?;
    // Of a cookie alone: an access token may be shown by a server that acts for its user.
    agent::notice(ctx, &found.session).await;
    Ok(used(ctx, Caller::new(found, keys)))
}

/// The caller that an access token belongs to.
///
/// # Errors
///
/// `Unauthenticated` where the token is refused.
pub async fn by_access_token(ctx: &Context, token: &str) -> Result<Caller, Error> {
    Ok(used(ctx, tokens::load(ctx, token).await?))
}

fn used(ctx: &Context, caller: Caller) -> Caller {
    platform::count(Metric::SessionReads, "database", 1);
    activity::note(caller.session.id, caller.session.last_activity_at, ctx.now);
    caller
}

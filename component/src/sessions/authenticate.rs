//! Who makes a request, by the database: a session that was ended is refused by the next request.

use super::{AccessTokenError, activity, caller::Caller, rows, tokens, user_agent_change};
use crate::{
    context::Context,
    error::{Failure, passes_on},
    keys,
    platform::{self, Metric},
    secrets::CookieSecret,
};

/// Why nobody is known by a session.
#[derive(Debug)]
pub enum AuthenticateError {
    /// It has ended.
    Unauthenticated,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(AuthenticateError: Failed(Failure));

/// The caller that the session cookies of a request belong to, and the cookie that counts. A browser has one, but where its
/// domain has changed: then that of a living session counts, and of several the newest.
///
/// # Errors
///
/// `Unauthenticated` where none belongs to a living session; also where they belong to different users, since who planted
/// which can't be told.
pub async fn by_cookies(
    ctx: &Context,
    cookies: Vec<CookieSecret>,
) -> Result<(Caller, CookieSecret), AuthenticateError> {
    let mut newest: Option<(rows::Found, CookieSecret)> = None;
    for cookie in cookies {
        let Some(found) = rows::by_cookie(&cookie).await?.filter(|found| found.is_alive(ctx.now)) else {
            continue;
        };
        match &newest {
            Some((other, _)) if other.user.id != found.user.id => {
                return Err(AuthenticateError::Unauthenticated);
            }
            Some((other, _)) if other.session.created_at >= found.session.created_at => {}
            _ => newest = Some((found, cookie)),
        }
    }
    let (found, cookie) = newest.ok_or(AuthenticateError::Unauthenticated)?;
    let keys = keys::at(&found.snapshot, ctx.settings).await?;
    // Of a cookie alone: an access token may be shown by a server that acts for its user.
    user_agent_change::report(ctx, &found.session).await;
    Ok((used(ctx, Caller::new(found, keys)), cookie))
}

/// The caller that an access token belongs to.
pub async fn by_access_token(ctx: &Context, token: &str) -> Result<Caller, AccessTokenError> {
    Ok(used(ctx, tokens::load(ctx, token).await?))
}

fn used(ctx: &Context, caller: Caller) -> Caller {
    platform::count(Metric::SessionReads, "database", 1);
    activity::note(caller.session.id, caller.session.last_activity_at, ctx.now);
    caller
}

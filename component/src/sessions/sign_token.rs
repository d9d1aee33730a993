//! Signing tokens for a session that somebody names, for whoever embeds the service. Each is an event of the audit log.

use super::{AccessToken, Caller, access_token, rows, service_token::service_token};
use crate::{
    commit,
    context::Context,
    error::Error,
    events::{Event, Kind},
    ids::SessionId,
    keys,
};

/// The caller that a living session belongs to.
///
/// # Errors
///
/// `Unauthenticated` where there is none, or its user is banned.
pub async fn by_session(ctx: &Context, session: SessionId) -> Result<Caller, Error> {
    let found = rows::by_id(session).await?.filter(|found| found.is_alive(ctx.now));
    let found = found.ok_or(Error::Unauthenticated)?;
    let keys = keys::at(&found.snapshot, ctx.settings).await?;
    Ok(Caller::new(found, keys))
}

/// Signs an access token of a session.
///
/// # Errors
///
/// `Unauthenticated` as [`by_session`].
pub async fn sign_access_token(ctx: &Context, session: SessionId) -> Result<AccessToken, Error> {
    let caller = by_session(ctx, session).await?;
    let Caller { session, user, as_of, keys, .. } = &caller;
    let token = access_token::issue(ctx, keys, &access_token::Statement { session, user, as_of: *as_of })?;
    told(ctx, &caller, ctx.settings.audience(), token).await
}

/// Signs a token of a session for another service.
///
/// # Errors
///
/// `Unauthenticated` as [`by_session`], `Invalid` for an audience that is not configured.
pub async fn sign_service_token(
    ctx: &Context,
    session: SessionId,
    audience: &str,
) -> Result<AccessToken, Error> {
    let caller = by_session(ctx, session).await?;
    let token = service_token(ctx, &caller, audience)?;
    told(ctx, &caller, audience, token).await
}

/// The token, once its event is committed.
async fn told(
    ctx: &Context,
    caller: &Caller,
    audience: &str,
    token: AccessToken,
) -> Result<AccessToken, Error> {
    let event = Event::about(Kind::TokenSigned, caller.user.id).session(caller.session.id);
    commit::event(ctx, event.with("audience", audience)).await?;
    Ok(token)
}

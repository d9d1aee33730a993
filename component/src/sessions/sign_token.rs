//! Signing tokens for a session that somebody names, for whoever embeds the service. Each is an event of the audit log.

use super::{AccessToken, AuthenticateError, Caller, access_token, rows, service_token::service_token};
use crate::{
    commit,
    context::Context,
    error::{Failure, FieldProblem, InputError, passes_on},
    events::{Event, EventType},
    ids::SessionId,
    keys,
};
use mana_auth_tokens::Audience;

/// Why a token for another service is not signed.
#[derive(Debug)]
pub enum SignTokenError {
    /// The audience is not configured.
    Invalid(FieldProblem),
    /// The session has ended, or its user is banned.
    Unauthenticated,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(SignTokenError: Failed(Failure);
    AuthenticateError { Unauthenticated, Failed(failure) };
    InputError { Invalid(problem), Failed(failure) });

/// The caller that a living session belongs to.
///
/// # Errors
///
/// `Unauthenticated` where there is none, or its user is banned.
pub async fn by_session(ctx: &Context, session: SessionId) -> Result<Caller, AuthenticateError> {
    let found = rows::by_id(session).await?.filter(|found| found.is_alive(ctx.now));
    let found = found.ok_or(AuthenticateError::Unauthenticated)?;
    let keys = keys::at(&found.snapshot, ctx.settings).await?;
    Ok(Caller::new(found, keys))
}

/// Signs an access token of a session.
///
/// # Errors
///
/// `Unauthenticated` as [`by_session`].
pub async fn sign_access_token(ctx: &Context, session: SessionId) -> Result<AccessToken, AuthenticateError> {
    let caller = by_session(ctx, session).await?;
    let Caller { session, user, as_of, keys, .. } = &caller;
    let token = access_token::issue(ctx, keys, &access_token::Statement { session, user, as_of: *as_of })?;
    Ok(recorded(ctx, &caller, &ctx.settings.audience, token).await?)
}

/// Signs a token of a session for another service.
pub async fn sign_service_token(
    ctx: &Context,
    session: SessionId,
    audience: &str,
) -> Result<AccessToken, SignTokenError> {
    let caller = by_session(ctx, session).await?;
    let token = service_token(ctx, &caller, audience)?;
    Ok(recorded(ctx, &caller, &audience.into(), token).await?)
}

/// The token, once its event is committed.
async fn recorded(
    ctx: &Context,
    caller: &Caller,
    audience: &Audience,
    token: AccessToken,
) -> Result<AccessToken, Failure> {
    let event = Event::about(EventType::TokenSigned, caller.user.id).session(caller.session.id);
    commit::event(ctx, event.with("audience", serde_json::to_value(audience).unwrap_or_default())).await?;
    Ok(token)
}

//! Signing out.

use super::rows;
use crate::{
    commit::{Change, CommitError},
    context::Context,
    error::{Failure, passes_on},
    events::{Event, EventType},
    ids::SessionId,
    keys,
    platform::Metric,
    secrets::{CookieSecret, RefreshToken},
};

/// What names the session to end.
pub enum Credential<'a> {
    /// An access token, expired or not: whoever signs out with one means it.
    AccessToken(&'a str),
    /// A session cookie.
    Cookie(CookieSecret),
    /// A refresh token, spent or not.
    RefreshToken(RefreshToken),
}

/// Why a session does not end.
#[derive(Debug)]
pub enum SignOutError {
    /// A change left the access token behind, and its session lives on: whoever holds its successor may end it.
    TokenExpired,
    /// The access token names a living session and was made for another service, under another `public_url`, or with a key that is
    /// not accepted.
    InvalidToken,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(SignOutError: Failed(Failure));

/// Ends the session that a credential belongs to. One that belongs to none is no error: signing out twice is
/// harmless.
pub async fn sign_out(ctx: &Context, credential: Credential<'_>) -> Result<(), SignOutError> {
    let Some(found) = find(ctx, credential).await? else { return Ok(()) };
    let session = found.session.id;
    let event = Event::about(EventType::Logout, found.user.id).session(session);
    let mut change = Change::new();
    change.add_counted(Metric::SessionsEnded, "logout", rows::end_existing(session));
    change.record(event);
    match change.try_commit(ctx).await {
        Ok(_) | Err(CommitError::Unmet(_)) => Ok(()),
        Err(refused) => Err(Failure::from(refused).into()),
    }
}

/// Whether a session cookie belongs to a living session.
///
/// # Errors
///
/// Where storage fails.
pub async fn is_alive(ctx: &Context, cookie: &CookieSecret) -> Result<bool, Failure> {
    Ok(rows::by_cookie(cookie).await?.is_some_and(|found| found.is_alive(ctx.now)))
}

async fn find(ctx: &Context, credential: Credential<'_>) -> Result<Option<rows::Found>, SignOutError> {
    match credential {
        Credential::AccessToken(token) => {
            let keys = keys::current(ctx.settings).await?;
            let (claims, is_accepted) = match mana_auth_tokens::authenticate(token, keys.accepted()) {
                Ok(claims) => (claims, true),
                // By a key that was revoked, or has gone since, or by anybody: it ends nothing, and yet the session that it names
                // may live on.
                Err(_) => match mana_auth_tokens::unverified(token) {
                    Some(claims) => (claims, false),
                    None => return Ok(None),
                },
            };
            let Some(session) = SessionId::parse(&claims.sid) else { return Ok(None) };
            let Some(found) = rows::by_id(session).await?.filter(|found| found.is_alive(ctx.now)) else {
                return Ok(None);
            };
            let settings = ctx.settings;
            if !is_accepted
                || claims.iss != settings.public_url.as_str()
                || !settings.audiences.iter().any(|audience| claims.aud.contains(audience))
            {
                // It is for nobody to accept, or for somebody else, and its session lives on.
                return Err(SignOutError::InvalidToken);
            }
            if found.accepts_tokens_issued(claims.iat, claims.pos.parse().ok(), ctx.now) {
                Ok(Some(found))
            } else {
                Err(SignOutError::TokenExpired)
            }
        }
        Credential::Cookie(cookie) => Ok(rows::by_cookie(&cookie).await?),
        Credential::RefreshToken(token) => Ok(rows::by_refresh_token(&token).await?.map(|token| token.found)),
    }
}

//! Who makes a request. The database decides: a session that was ended is refused by the next request.

use super::{CookieSecret, Session, activity, rows};
use crate::{
    accounts::User,
    context::Context,
    error::Error,
    keys::{self, Keys},
};
use mana_auth_tokens::{self as tokens, Claims};
use std::sync::Arc;
use uuid::Uuid;

/// An authenticated caller, as the database knows them at this moment.
pub struct Caller {
    /// Who it is.
    pub user: User,
    /// The session that the credential belongs to.
    pub session: Session,
    /// Rises with each change after which what is in progress must not succeed.
    pub credential_version: i64,
    /// The signing keys at this moment.
    pub keys: Arc<Keys>,
}

impl Caller {
    fn new(found: rows::Found, keys: Arc<Keys>) -> Self {
        let rows::Found { session, user, credential_version, .. } = found;
        Self { user, session, credential_version, keys }
    }
}

/// Why an access token is refused.
#[derive(Debug)]
pub enum Refusal {
    /// It is no token of this service for this audience.
    Invalid,
    /// It was one.
    Expired,
    /// Its session has ended, or what it says of the user is no longer so.
    Revoked,
    /// Nothing can be said.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
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
    let keys = keys::at(found.keys_position, ctx.settings).await?;
    activity::note(&found.session, ctx.now);
    Ok(Caller::new(found, keys))
}

/// The caller that an access token belongs to.
///
/// # Errors
///
/// `Unauthenticated` where the token is refused.
pub async fn by_access_token(ctx: &Context, token: &str) -> Result<Caller, Error> {
    match check_access_token(ctx, token).await {
        Ok((_, caller)) => {
            activity::note(&caller.session, ctx.now);
            Ok(caller)
        }
        Err(Refusal::Failed(error)) => Err(error),
        Err(Refusal::Invalid | Refusal::Expired | Refusal::Revoked) => Err(Error::Unauthenticated),
    }
}

/// What an access token says, and the caller that it belongs to, if it is true at this moment.
///
/// # Errors
///
/// See [`Refusal`].
pub async fn check_access_token(ctx: &Context, token: &str) -> Result<(Claims, Caller), Refusal> {
    let keys = keys::known(ctx.settings).await?;
    let (keys, claims) = match verify(ctx, token, &keys) {
        // Perhaps of a key that was made since.
        Err(tokens::Refusal::UnknownKey) => {
            let keys = keys::current(ctx.settings).await?;
            let claims = verify(ctx, token, &keys)?;
            (keys, claims)
        }
        verified => (keys, verified?),
    };
    let session = Uuid::try_parse(&claims.sid).map_err(|_| Refusal::Invalid)?;
    let found = rows::by_id(session).await?.ok_or(Refusal::Revoked)?;
    let keys = if keys.position() == found.keys_position {
        keys
    } else {
        let keys = keys::at(found.keys_position, ctx.settings).await?;
        verify(ctx, token, &keys)?;
        keys
    };
    let user = &found.user;
    let still_true = found.is_alive(ctx.now)
        && claims.sub == user.id.to_string()
        && claims.email == user.email.as_str()
        && claims.role == user.role.name()
        && found.accepts_tokens_issued_at(claims.iat);
    if !still_true {
        return Err(Refusal::Revoked);
    }
    Ok((claims, Caller::new(found, keys)))
}

fn verify(ctx: &Context, token: &str, keys: &Keys) -> Result<Claims, tokens::Refusal> {
    let settings = ctx.settings;
    tokens::verify(
        token,
        keys.accepted(),
        settings.public_url.as_str(),
        &settings.audience,
        ctx.now.as_seconds(),
    )
}

impl From<tokens::Refusal> for Refusal {
    fn from(refusal: tokens::Refusal) -> Self {
        match refusal {
            tokens::Refusal::Expired => Self::Expired,
            _ => Self::Invalid,
        }
    }
}

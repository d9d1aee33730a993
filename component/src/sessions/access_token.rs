//! Issuing access tokens.

use super::Session;
use crate::{
    accounts::User,
    context::Context,
    error::Error,
    keys::{Keys, TOKEN_LIFETIME},
    time::Span,
};
use mana_auth_tokens::Claims;

/// A token for this API and whoever shares its audience.
pub fn issue(ctx: &Context, keys: &Keys, session: &Session, user: &User) -> Result<String, Error> {
    let audience = &ctx.settings.audience;
    issue_for(ctx, keys, session, user, audience, TOKEN_LIFETIME)
}

/// A token for one audience.
pub fn issue_for(
    ctx: &Context,
    keys: &Keys,
    session: &Session,
    user: &User,
    audience: &str,
    lifetime: Span,
) -> Result<String, Error> {
    // `not_before` may lie within the second that is now (see `renewal`): the token must not be older than it.
    let issued = ctx.now.max(session.not_before).as_seconds();
    let claims = Claims {
        sub: user.id.to_string(),
        email: user.email.as_str().to_owned(),
        email_verified: user.email_verified,
        role: user.role.name().to_owned(),
        sid: session.id.to_string(),
        iss: ctx.settings.public_url.as_str().to_owned(),
        aud: audience.to_owned(),
        iat: issued,
        exp: (ctx.now + lifetime).as_seconds(),
    };
    Ok(keys.signer(ctx.now)?.sign(&claims))
}

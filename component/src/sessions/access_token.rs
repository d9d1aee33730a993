//! Issuing access tokens.

use super::Session;
use crate::{
    accounts::User,
    context::Context,
    error::Failure,
    invalidations::Position,
    keys::{Keys, TOKEN_LIFETIME},
    time::Span,
};
use mana_auth_tokens::Claims;

/// What a token says.
pub struct Statement<'a> {
    /// Of which session.
    pub session: &'a Session,
    /// Of whom.
    pub user: &'a User,
    /// Where what it says was read.
    pub as_of: Position,
}

/// A JWT, and how long it is valid.
pub struct AccessToken {
    /// To be shown.
    pub text: String,
    /// From now on, in whole seconds.
    pub expires_in: Span,
}

/// A token for this API and whoever shares its audience.
pub fn issue(ctx: &Context, keys: &Keys, statement: &Statement) -> Result<AccessToken, Failure> {
    issue_for(ctx, keys, statement, ctx.settings.audience(), TOKEN_LIFETIME)
}

/// A token for one audience.
pub fn issue_for(
    ctx: &Context,
    keys: &Keys,
    statement: &Statement,
    audience: &str,
    lifetime: Span,
) -> Result<AccessToken, Failure> {
    let Statement { session, user, as_of } = statement;
    let issued = session.issues_at(ctx.now).as_seconds();
    // No longer than its session: that one ends tells nobody anything.
    let expires = (ctx.now + lifetime).min(session.ends_at()).as_seconds();
    let claims = Claims {
        sub: user.id.to_string(),
        email: user.email.as_str().to_owned(),
        email_verified: user.email_verified,
        role: user.role.name().to_owned(),
        sid: session.id.to_string(),
        iss: ctx.settings.public_url.as_str().to_owned(),
        aud: audience.to_owned(),
        iat: issued,
        exp: expires,
        pos: as_of.to_string(),
        own: serde_json::Map::new(),
    };
    let left = expires.saturating_sub(ctx.now.as_seconds());
    let expires_in = Span::seconds(i64::try_from(left).unwrap_or(i64::MAX));
    Ok(AccessToken { text: keys.signer(ctx.now)?.sign(&claims), expires_in })
}

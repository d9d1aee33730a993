//! Issuing access tokens.

use super::Session;
use crate::{
    accounts::User,
    context::Context,
    error::Failure,
    invalidations::Position,
    keys::{Keys, TOKEN_LIFETIME},
    platform::Level,
    settings::Settings,
    time::Span,
};
use mana_auth_tokens::{Audience, Claims};
use serde_json::{Map, Value};

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
    issue_for(ctx, keys, statement, ctx.settings.audience.clone(), TOKEN_LIFETIME)
}

/// A token for an audience.
pub fn issue_for(
    ctx: &Context,
    keys: &Keys,
    statement: &Statement,
    audience: Audience,
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
        aud: audience,
        iat: issued,
        exp: expires,
        pos: as_of.to_string(),
        auth_time: session.auth_time.as_seconds(),
        amr: session.amr.to_claim(),
        own: own_claims(ctx, user),
    };
    let left = expires.saturating_sub(ctx.now.as_seconds());
    let expires_in = Span::seconds(i64::try_from(left).unwrap_or(i64::MAX));
    Ok(AccessToken { text: keys.signer(ctx.now)?.sign(&claims), expires_in })
}

/// Those members of the user's `app_metadata` that the operator has put into tokens. An import, or another list, may bring more than a
/// token holds: then none, since no sign-in fails for it, and half of them would say something else.
fn own_claims(ctx: &Context, user: &User) -> Map<String, Value> {
    user.app_metadata.in_tokens(&ctx.settings.token_claims).unwrap_or_else(|| {
        let fields = [("user", user.id.as_str())];
        ctx.log(Level::Warn, "a user's app_metadata is too long for tokens, which go without it", &fields);
        Map::new()
    })
}

/// Whether what a token says beside who it is, is what one that is issued now would say.
pub fn says_own(settings: &Settings, user: &User, own: &Map<String, Value>) -> bool {
    let expected = user.app_metadata.in_tokens(&settings.token_claims).unwrap_or_default();
    // Written and read once, as those of the token were: that may change the last digit of a number.
    let read = serde_json::to_string(&expected).and_then(|text| serde_json::from_str::<Map<_, _>>(&text));
    read.is_ok_and(|expected| expected == *own)
}

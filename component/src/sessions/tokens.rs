//! What an access token says, if it is true at this moment.
//!
//! ```text
//! token ─ remembered, or verified ─▶ expired? ─▶ touched since it was issued, or last looked up?
//!                                                  ├ no: it still says the truth, without a query
//!                                                  └ yes, or nobody knows: the database decides
//! ```

use super::{AccessTokenError, Caller, Session, access_token, activity, rows};
use crate::{
    accounts::{AppMetadata, User},
    audit::refused_tokens,
    context::Context,
    error::passes_on,
    ids::{SessionId, UserId},
    invalidations::{self, Freshness, Position, Reuse, Subject},
    keys::{self, Keys},
    platform::{self, Metric},
    throttle::{self, Route, ThrottleError, Throttled},
    time::{SKEW, Time},
    verified_tokens::VerifiedTokens,
};
use mana_auth_tokens::{self as codec, Claims, KeySet};
use std::sync::{Arc, Mutex};

/// The tokens that were verified, and found to be true at least once.
static VERIFIED: VerifiedTokens<Verified> = VerifiedTokens::new();

/// A token that one of the keys has signed, for this service.
struct Verified {
    claims: Claims,
    session: SessionId,
    user: UserId,
    /// Where in the order of commits it was issued.
    issued_at: Position,
    last_check: Mutex<LastCheck>,
}

/// What the last check of a token found.
#[derive(Clone, Default)]
struct LastCheck {
    /// The position at which the token was true, and at which its key was accepted.
    as_of: Position,
    /// Its user and session, as the database had them there; none where nobody has looked yet.
    user_session: Option<Arc<UserSession>>,
    /// When its use was last noted.
    active_at: Time,
}

/// The user and the session of a token.
pub struct UserSession {
    /// The user.
    pub user: User,
    /// The session.
    pub session: Session,
}

/// Why a client is not told that an access token is good.
#[derive(Debug)]
pub enum ValidateError {
    /// It is refused.
    Refused(AccessTokenError),
    /// The client showed too many that were never ours.
    Throttled(Throttled),
}

passes_on!(ValidateError: Refused(AccessTokenError), Throttled(Throttled));

impl From<ThrottleError> for ValidateError {
    fn from(error: ThrottleError) -> Self {
        match error {
            ThrottleError::Throttled(throttled) => Self::Throttled(throttled),
            ThrottleError::Failed(failure) => Self::Refused(AccessTokenError::Failed(failure)),
        }
    }
}

/// What an access token says, if it is true at this moment. One that was never ours counts against the client: whoever checks tokens
/// for many is not held up over those that are good or over, whatever strangers send there.
pub async fn validate(ctx: &Context, token: &str) -> Result<Claims, ValidateError> {
    let outcome = validate_unlimited(ctx, token).await;
    if let Err(AccessTokenError::Invalid) = outcome {
        throttle::count(ctx, Route::Validate).await?;
    }
    Ok(outcome?)
}

/// The same for a caller that may ask as often as it likes, and that no client is behind.
pub async fn validate_unlimited(ctx: &Context, token: &str) -> Result<Claims, AccessTokenError> {
    let outcome = current_claims(ctx, token).await;
    match &outcome {
        Ok(_) => platform::count(Metric::TokenValidations, "valid", 1),
        Err(refusal) => {
            if let Some(reason) = refusal.reason() {
                platform::count(Metric::TokenValidations, reason, 1);
                refused_tokens::note(ctx.now);
            }
        }
    }
    outcome
}

async fn current_claims(ctx: &Context, token: &str) -> Result<Claims, AccessTokenError> {
    let verified = verified(ctx, token).await?;
    if current_at(token, &verified).await.is_some() {
        platform::count(Metric::SessionReads, "token", 1);
    } else {
        look_up(ctx, token, &verified).await?;
        platform::count(Metric::SessionReads, "database", 1);
    }
    Ok(verified.claims.clone())
}

/// The user and session of an access token, if this instance has them and they are still true; none where the database decides.
pub async fn cached(
    ctx: &Context,
    token: &str,
) -> Result<Option<(Arc<UserSession>, Reuse)>, AccessTokenError> {
    let verified = verified(ctx, token).await?;
    let LastCheck { user_session, active_at, .. } = verified.last_check();
    let Some(user_session) = user_session else { return Ok(None) };
    if !user_session.session.is_in_time(ctx.now) || user_session.session.slide_is_due(ctx.now) {
        return Ok(None);
    }
    let Some(as_of) = current_at(token, &verified).await else { return Ok(None) };
    platform::count(Metric::SessionReads, "token", 1);
    let active_at = activity::note(verified.session, active_at, ctx.now);
    verified.update(|last_check| last_check.active_at = active_at);
    let UserSession { session, .. } = &*user_session;
    let reuse = Reuse {
        until: session.stays_until().min(verified.expires_at()).min(activity::next(active_at)),
        subjects: session.subjects().chain([Subject::Keys]).collect(),
        as_of,
        count: Some((Metric::SessionReads, "token")),
    };
    Ok(Some((user_session, reuse)))
}

/// The caller that an access token belongs to, by the database.
pub(super) async fn load(ctx: &Context, token: &str) -> Result<Caller, AccessTokenError> {
    let verified = verified(ctx, token).await?;
    look_up(ctx, token, &verified).await
}

/// The token, verified once and remembered; its time is looked at with each use.
async fn verified(ctx: &Context, token: &str) -> Result<Arc<Verified>, AccessTokenError> {
    if let Some(verified) = VERIFIED.get(token) {
        let Claims { iat, exp, .. } = verified.claims;
        let now = ctx.now;
        if now.as_seconds() >= exp {
            VERIFIED.remove(token);
            return Err(AccessTokenError::Expired);
        }
        if iat <= (now + SKEW).as_seconds() {
            return Ok(verified);
        }
    }
    let mut keys = keys::cached(ctx.settings).await?;
    let mut claims = verify(ctx, token, keys.accepted());
    if matches!(claims, Err(codec::TokenError::UnknownKey)) {
        // Perhaps of a key that was made since.
        keys = keys::current(ctx.settings).await?;
        claims = verify(ctx, token, keys.accepted());
    }
    let claims = claims.map_err(|refusal| token_error(ctx, token, &keys, refusal))?;
    let session = SessionId::parse(&claims.sid).ok_or(AccessTokenError::Invalid)?;
    let user = UserId::parse(&claims.sub).ok_or(AccessTokenError::Invalid)?;
    let issued_at = claims.pos.parse::<Position>().map_err(|_| AccessTokenError::Invalid)?;
    // What holds is what both cover: the token says nothing of keys that were revoked before it was issued.
    let keys_at = keys.as_of();
    let as_of = match keys_at.start == issued_at.start {
        true => Position { id: keys_at.id.min(issued_at.id), ..issued_at },
        // Of two histories: the database decides.
        false => Position::default(),
    };
    let last_check = Mutex::new(LastCheck { as_of, ..LastCheck::default() });
    Ok(Arc::new(Verified { claims, session, user, issued_at, last_check }))
}

/// Where in the order of commits the token is still true; none where the database decides.
async fn current_at(token: &str, verified: &Arc<Verified>) -> Option<Position> {
    let subjects = [Subject::Session(verified.session), Subject::User(verified.user), Subject::Keys];
    let as_of = verified.last_check().as_of;
    let Freshness::Current(position) = invalidations::check(&subjects, as_of).await else { return None };
    verified.update(|last_check| {
        // Unless somebody looked it up meanwhile.
        if last_check.as_of == as_of {
            last_check.as_of = position;
        }
    });
    VERIFIED.insert(token, Arc::clone(verified));
    Some(position)
}

/// Has the database decide.
async fn look_up(ctx: &Context, token: &str, verified: &Arc<Verified>) -> Result<Caller, AccessTokenError> {
    let outcome = decide(ctx, token, verified).await;
    match &outcome {
        Ok(caller) => {
            // What is remembered answers what shows no metadata, which may be larger than all the rest.
            let user = User { app_metadata: AppMetadata::default(), ..caller.user.clone() };
            let session = caller.session.clone();
            let active_at = session.last_activity_at;
            let user_session = Some(Arc::new(UserSession { user, session }));
            verified.update(|last_check| {
                *last_check = LastCheck { as_of: caller.as_of, user_session, active_at }
            });
            VERIFIED.insert(token, Arc::clone(verified));
        }
        Err(_) => VERIFIED.remove(token),
    }
    outcome
}

async fn decide(ctx: &Context, token: &str, verified: &Verified) -> Result<Caller, AccessTokenError> {
    let claims = &verified.claims;
    let found = rows::by_id(verified.session).await?.ok_or(AccessTokenError::Revoked)?;
    let keys = keys::at(&found.snapshot, ctx.settings).await?;
    // Keys that were revoked since it was verified have signed nothing.
    verify(ctx, token, keys.accepted()).map_err(|refusal| token_error(ctx, token, &keys, refusal))?;
    let user = &found.user;
    if !found.is_alive(ctx.now)
        || verified.user != user.id
        || !invalidations::is_of_this_history(verified.issued_at, found.snapshot.as_of).await?
    {
        return Err(AccessTokenError::Revoked);
    }
    let still_true = claims.email == user.email.as_str()
        && claims.email_verified == user.email_verified
        && claims.role == user.role.name()
        && access_token::says_own(ctx.settings, user, &claims.own)
        && found.session.accepts_tokens_issued_at(claims.iat, ctx.now)
        && found.is_unchanged_since(verified.issued_at);
    if still_true { Ok(Caller::new(found, keys)) } else { Err(AccessTokenError::Outdated) }
}

fn verify(ctx: &Context, token: &str, keys: &KeySet) -> Result<Claims, codec::TokenError> {
    let (settings, now) = (ctx.settings, ctx.now.as_seconds());
    let mut outcome = Err(codec::TokenError::WrongAudience);
    for audience in &settings.audiences {
        outcome = codec::verify(token, keys, settings.public_url.as_str(), audience, now);
        if !matches!(outcome, Err(codec::TokenError::WrongAudience)) {
            break;
        }
    }
    outcome
}

/// Tells a token that was good until its key was revoked from one that never was.
fn token_error(ctx: &Context, token: &str, keys: &Keys, refusal: codec::TokenError) -> AccessTokenError {
    match refusal {
        codec::TokenError::UnknownKey => match verify(ctx, token, keys.revoked()) {
            Ok(_) => AccessTokenError::Disowned,
            Err(refusal) => refusal.into(),
        },
        refusal => refusal.into(),
    }
}

impl Verified {
    /// When it is no longer valid.
    fn expires_at(&self) -> Time {
        Time::from_millis(self.claims.exp.saturating_mul(1000))
    }

    fn last_check(&self) -> LastCheck {
        self.last_check.lock().map(|last_check| last_check.clone()).unwrap_or_default()
    }

    fn update(&self, change: impl FnOnce(&mut LastCheck)) {
        if let Ok(mut last_check) = self.last_check.lock() {
            change(&mut last_check);
        }
    }
}

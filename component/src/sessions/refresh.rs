//! Exchanging a refresh token (RFC 9700 §4.14.2: rotation with detection of reuse).
//!
//! ```text
//! R0 ── spent ──▶ R1 = derived from R0 ── spent ──▶ R2 …           rotate
//! R0 left behind by a renewal, whose N0 is unused:
//!     R0 and N0 ── spent ──▶ R1 ── spent ──▶ R2 …                  rotate
//! R0 again within 60 s, R1 unused: R1 again                         repeat
//! R0 again within the grace, R1 unused, by the same kind of client,
//!     once a generation and three times a day: R1 again, as an event  repeat_late
//! R0 again otherwise: someone has a copy; the session ends          end_compromised
//! ```

use super::{Lifetime, SignedIn, activity, rows, signed_in, user_agent_change};
use crate::{
    commit::{Change, CommitError},
    context::Context,
    error::{Failure, passes_on},
    events::{Event, EventType},
    platform::{self, Metric},
    secrets::RefreshToken,
    throttle::{self, Route, ThrottleError, Throttled},
    time::{Span, Time},
};

/// How long a spent token still gets its successor without further ado: parallel tabs, and answers that were lost on the way.
const REPETITION: Span = Span::seconds(60);

/// How long a token that a renewal left behind leads into the new chain.
const LEFT_BEHIND: Span = Span::minutes(15);

/// How many generations a chain has; all of them are recognised. A client that refreshes with every access token makes 8,640
/// in the longest time that a session may live by default. Past it the session ends, since forgetting the oldest instead would
/// hide that a stolen token belongs to this chain. The bound also limits what ending a session costs.
const GENERATIONS: i64 = 20_000;

/// Why a session ends by its refresh tokens, for events and counters.
#[derive(Clone, Copy)]
enum Compromise {
    /// A token was used that nobody should still have.
    Reuse,
    /// The chain grew longer than any honest client's.
    Flood,
}

impl Compromise {
    const fn reason(self) -> &'static str {
        match self {
            Self::Reuse => "refresh_reuse",
            Self::Flood => "refresh_flood",
        }
    }
}

/// Why a refresh token is not exchanged.
#[derive(Debug)]
pub enum RefreshError {
    /// There is no such token, or none that may be used: nobody is told why.
    InvalidRefreshToken,
    /// The client showed too many such.
    Throttled(Throttled),
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(RefreshError: Failed(Failure); ThrottleError { Throttled(throttled), Failed(failure) });

/// Exchanges a refresh token for its successor and a new access token. What is refused counts against the client.
pub async fn refresh(ctx: &Context, token: &str) -> Result<SignedIn, RefreshError> {
    let outcome = match RefreshToken::parse(token) {
        Some(token) => exchange(ctx, &token).await,
        None => Err(RefreshError::InvalidRefreshToken),
    };
    let label = match &outcome {
        Ok((_, label)) => label,
        Err(RefreshError::InvalidRefreshToken) => "refused",
        Err(_) => return outcome.map(|(signed_in, _)| signed_in),
    };
    platform::count(Metric::Refreshes, label, 1);
    if outcome.is_err() {
        throttle::count(ctx, Route::Refresh).await?;
    }
    outcome.map(|(signed_in, _)| signed_in)
}

async fn exchange(ctx: &Context, token: &RefreshToken) -> Result<(SignedIn, &'static str), RefreshError> {
    for _ in 0..ATTEMPTS {
        let presented = living(ctx, token).await?;
        if !is_usable(&presented, ctx.now) {
            return repeat(ctx, token, presented).await;
        }
        if presented.generation >= GENERATIONS {
            return end_compromised(ctx, &presented.found, Compromise::Flood).await;
        }
        match rotate(ctx, token, presented).await? {
            Rotation::Done(signed_in) => return Ok((*signed_in, "rotated")),
            Rotation::Overtaken => {}
            Rotation::ChainUsed => {
                let found = living(ctx, token).await?.found;
                return end_compromised(ctx, &found, Compromise::Reuse).await;
            }
        }
    }
    Err(Failure::Overloaded.into())
}

/// How often an exchange looks again where someone else was faster.
const ATTEMPTS: usize = 3;

/// What became of an exchange.
enum Rotation {
    Done(Box<SignedIn>),
    /// Someone else used the token, or changed the password, between our look and our commit.
    Overtaken,
    /// The chain that it leads into is used.
    ChainUsed,
}

async fn living(ctx: &Context, token: &RefreshToken) -> Result<rows::Presented, RefreshError> {
    let presented = rows::by_refresh_token(token).await?.ok_or(RefreshError::InvalidRefreshToken)?;
    if presented.found.is_alive(ctx.now) { Ok(presented) } else { Err(RefreshError::InvalidRefreshToken) }
}

/// Whether nobody has used it, and it was not left behind too long ago.
fn is_usable(presented: &rows::Presented, now: Time) -> bool {
    presented.spent.is_none() && presented.left_behind_at.is_none_or(|at| at.is_within(LEFT_BEHIND, now))
}

/// Spends the token and adds its successor.
async fn rotate(
    ctx: &Context,
    token: &RefreshToken,
    presented: rows::Presented,
) -> Result<Rotation, RefreshError> {
    let version = ctx.settings.keyring.newest();
    let successor = token.successor(&ctx.settings.keyring, version, &presented.salt);
    let successor = successor.ok_or(RefreshError::InvalidRefreshToken)?;
    let rows::Presented { mut found, left_behind_at, generation, .. } = presented;
    let (user, session) = (found.user.id, &mut found.session);
    let (id, last_activity_at) = (session.id, session.last_activity_at);
    // If the token was left behind: the first token of the new chain must be unused, and is spent too.
    let first = left_behind_at.map(|_| generation + 1);
    let mut change = Change::of(rows::spend(token, version, ctx.now));
    let spends_first =
        first.map(|first| change.add(rows::spend_generation(session.id, first, version, ctx.now)));
    change.add(rows::insert_refresh_token(session.id, &successor, first.unwrap_or(generation) + 1, ctx.now));
    slide(ctx, &mut change, session);
    if let Some(suspicion) = user_agent_change::detect(ctx, session) {
        suspicion.report_in_session(&mut change, user, session.id);
    }
    change.record(Event::about(EventType::TokenRefresh, user).session(session.id));
    // Before the token is spent: what can't be signed must not be committed.
    let signed_in = signed_in::signed_in(ctx, found, successor).await?;
    match change.try_commit(ctx).await {
        Ok(_) => {
            activity::note(id, last_activity_at, ctx.now);
            Ok(Rotation::Done(Box::new(signed_in)))
        }
        Err(refused) => {
            user_agent_change::undetected(id);
            match refused {
                CommitError::Unmet(unmet) if Some(unmet) == spends_first => Ok(Rotation::ChainUsed),
                CommitError::Unmet(_) | CommitError::Conflict(_) => Ok(Rotation::Overtaken),
                CommitError::Failed(_) => Err(Failure::from(refused).into()),
            }
        }
    }
}

/// Slides the session, and its parent, if it is time: whoever uses a child session uses its parent too.
fn slide(ctx: &Context, change: &mut Change, session: &mut super::Session) {
    let lifetime = Lifetime::new(session.remember_me);
    let Some(expires_at) = lifetime.slide(ctx.now, session.expires_at, session.absolute_expires_at) else {
        return;
    };
    session.expires_at = expires_at;
    let moved = [Some(session.id), session.parent_id].into_iter().flatten();
    change.add_all(moved.map(|session| rows::slide(session, expires_at, ctx.now)));
}

/// Answers a token that was used before, or left behind.
async fn repeat(
    ctx: &Context,
    token: &RefreshToken,
    presented: rows::Presented,
) -> Result<(SignedIn, &'static str), RefreshError> {
    let rows::Presented { spent, found, salt, .. } = presented;
    let Some(spent) = spent else {
        return end_compromised(ctx, &found, Compromise::Reuse).await;
    };
    // None if the secret's version was removed, which is long after an honest client repeats.
    let successor = token.successor(&ctx.settings.keyring, spent.version, &salt);
    if let Some(successor) = &successor
        && spent.at.is_within(REPETITION, ctx.now)
        && rows::is_unspent(successor).await?
    {
        let signed_in = signed_in::signed_in(ctx, found, successor.clone()).await?;
        return Ok((signed_in, "repeated"));
    }
    if spent.version > ctx.settings.keyring.newest() {
        // A process that was started with a newer secret answered it. Whether this repetition is honest, only that one
        // can tell.
        return Err(RefreshError::InvalidRefreshToken);
    }
    if let Some(successor) = successor
        && spent.at.is_within(ctx.settings.refresh_grace, ctx.now)
        && user_agent_change::is_of_the_same_family(ctx, &found.session)
        && let Some(signed_in) = repeat_late(ctx, token, found.clone(), successor).await?
    {
        return Ok((signed_in, "repeated_late"));
    }
    end_compromised(ctx, &found, Compromise::Reuse).await
}

/// Gives the successor again after more than a minute. None if that was too often, or the successor is used. Each time is an
/// event, because a thief could follow the chain this way.
async fn repeat_late(
    ctx: &Context,
    token: &RefreshToken,
    found: rows::Found,
    successor: RefreshToken,
) -> Result<Option<SignedIn>, Failure> {
    let (user, session) = (found.user.id, found.session.id);
    let event = Event::about(EventType::TokenRefresh, user).session(session).with("reason", "repeated_late");
    let mut change = Change::of(rows::repeat_late(session, token, &successor, ctx.now));
    change.record(event);
    let signed_in = signed_in::signed_in(ctx, found, successor).await?;
    match change.try_commit(ctx).await {
        Ok(_) => Ok(Some(signed_in)),
        Err(CommitError::Unmet(_)) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

/// Ends the session of a token that somebody has a copy of, and refuses the token.
async fn end_compromised<T>(ctx: &Context, found: &rows::Found, how: Compromise) -> Result<T, RefreshError> {
    let (session, reason) = (found.session.id, how.reason());
    let about = |kind| Event::about(kind, found.user.id).with("reason", reason);
    let mut change = Change::new();
    change.add_counted(Metric::SessionsEnded, reason, rows::end_existing(session));
    change.record(about(EventType::SuspiciousActivity).session(session));
    change.record(about(EventType::SessionRevoked).session(session));
    // If the session is gone, another request has ended and recorded it.
    change.commit_or(ctx, RefreshError::InvalidRefreshToken).await?;
    if let Compromise::Reuse = how {
        platform::count(Metric::Refreshes, "reused", 1);
    }
    platform::count(Metric::SuspiciousActivities, reason, 1);
    Err(RefreshError::InvalidRefreshToken)
}

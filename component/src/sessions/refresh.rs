//! Exchanging a refresh token (RFC 9700 §4.14.2: rotation with detection of reuse).
//!
//! ```text
//! R0 ── spent ──▶ R1 = derived from R0 ── spent ──▶ R2 …        rotate
//! R0 again within 60 s, R1 unused: R1 again                      repeat
//! R0 again otherwise: someone has a copy; the session ends       end_compromised
//! ```

use super::{Lifetime, RefreshToken, SignedIn, access_token, agent, rows};
use crate::{
    audit::{Event, Kind},
    context::Context,
    error::Error,
    platform::{self, Metric},
    storage::{Change, Refused},
    time::Span,
};

/// How long a spent token still gets its successor: parallel tabs, and answers that were lost on the way. As far may the clocks of two
/// processes differ.
const GRACE: Span = Span::seconds(60);

/// How many generations of a chain are recognised. A client that refreshes with every access token makes 8,640 in the
/// longest time that a session may live by default; more would only make a chain costly to remove.
const GENERATIONS: i64 = 10_000;

/// Exchanges a refresh token for its successor and a new access token.
///
/// # Errors
///
/// `InvalidRefreshToken` for every reason alike.
pub async fn refresh(ctx: &Context, token: &RefreshToken) -> Result<SignedIn, Error> {
    let outcome = exchange(ctx, token).await;
    let label = match &outcome {
        Ok((_, label)) => label,
        Err(Error::InvalidRefreshToken) => "refused",
        Err(_) => return outcome.map(|(signed_in, _)| signed_in),
    };
    platform::count(Metric::Refreshes, label, 1);
    outcome.map(|(signed_in, _)| signed_in)
}

async fn exchange(ctx: &Context, token: &RefreshToken) -> Result<(SignedIn, &'static str), Error> {
    let presented = living(ctx, token).await?;
    if presented.spent.is_none() {
        if let Some(signed_in) = rotate(ctx, token, presented).await? {
            return Ok((signed_in, "rotated"));
        }
        // Someone else spent it between our look and our commit: now it is a repetition.
        return repeat(ctx, token, living(ctx, token).await?).await;
    }
    repeat(ctx, token, presented).await
}

async fn living(ctx: &Context, token: &RefreshToken) -> Result<rows::Presented, Error> {
    let presented = rows::by_refresh_token(token).await?.ok_or(Error::InvalidRefreshToken)?;
    if presented.found.is_alive(ctx.now) { Ok(presented) } else { Err(Error::InvalidRefreshToken) }
}

/// Spends the token and adds its successor; None where someone else spent it meanwhile.
async fn rotate(
    ctx: &Context,
    token: &RefreshToken,
    presented: rows::Presented,
) -> Result<Option<SignedIn>, Error> {
    let version = ctx.settings.keyring.newest();
    let successor = token.successor(&ctx.settings.keyring, version, &presented.salt);
    let successor = successor.ok_or(Error::InvalidRefreshToken)?;
    let mut found = presented.found;
    let session = &mut found.session;
    let lifetime = Lifetime::new(session.remember_me);
    let mut change = Change::new()
        .and(rows::spend(token, version, ctx.now))
        .and(rows::insert_refresh_token(session.id, &successor, presented.generation + 1, ctx.now))
        .and(rows::forget_generation(session.id, presented.generation - GENERATIONS))
        .and(rows::touch(session.id, ctx.now));
    if let Some(expires_at) = lifetime.slide(ctx.now, session.expires_at, session.absolute_expires_at) {
        // Using a child is using the sign-in that it came from.
        change = change.and(rows::slide(session.id, expires_at, ctx.now));
        change = change.and_all(session.parent_id.map(|parent| rows::slide(parent, expires_at, ctx.now)));
        session.expires_at = expires_at;
    }
    if let Some(suspicion) = agent::changed(ctx, session) {
        let event = suspicion.event(Some(found.user.id)).session(session.id);
        change = change.record(event).and(suspicion.note());
    }
    let event = Event::about(Kind::TokenRefresh, found.user.id).session(session.id);
    match change.record(event).commit(ctx).await {
        Ok(_) => access_token::signed_in(ctx, found, successor).await.map(Some),
        Err(Refused::Unmet(_)) => Ok(None),
        Err(refused) => Err(refused.into()),
    }
}

/// Answers a token that was spent before.
async fn repeat(
    ctx: &Context,
    token: &RefreshToken,
    presented: rows::Presented,
) -> Result<(SignedIn, &'static str), Error> {
    let Some(spent) = presented.spent else { return Err(Error::Overloaded) };
    // None where its secret is configured no more, which is long after the time for an honest repetition.
    let successor = token.successor(&ctx.settings.keyring, spent.version, &presented.salt);
    if let Some(successor) = successor
        && (spent.at - GRACE..=spent.at + GRACE).contains(&ctx.now)
        && rows::is_unspent(&successor).await?
    {
        return Ok((access_token::signed_in(ctx, presented.found, successor).await?, "repeated"));
    }
    if spent.version > ctx.settings.keyring.newest() {
        // A process that was started with a newer secret answered it. Whether this repetition is honest, only that one
        // can tell.
        return Err(Error::InvalidRefreshToken);
    }
    end_compromised(ctx, &presented.found).await?;
    platform::count(Metric::Refreshes, "reused", 1);
    Err(Error::InvalidRefreshToken)
}

async fn end_compromised(ctx: &Context, found: &rows::Found) -> Result<(), Error> {
    let session = found.session.id;
    let about = |kind| Event::about(kind, found.user.id).with("reason", "refresh_reuse");
    let change = Change::new()
        .and(rows::end(session))
        .record(about(Kind::SuspiciousActivity).session(session))
        .record(about(Kind::SessionRevoked).session(session));
    change.commit(ctx).await?;
    platform::count(Metric::SessionsEnded, "refresh_reuse", 1);
    platform::count(Metric::SuspiciousActivities, "refresh_reuse", 1);
    Ok(())
}

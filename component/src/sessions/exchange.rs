//! Single sign-on: a page of a trusted origin exchanges the cookie session for tokens of its own.

use super::{Caller, Session, SignedIn, access_token, rows, slide::slide};
use crate::{
    commit::Change,
    context::Context,
    error::{Failure, passes_on},
    events::{Event, EventType},
    ids::SessionId,
    secrets::RefreshToken,
};

/// Why a session is not exchanged.
#[derive(Debug)]
pub enum ExchangeError {
    /// The origin may not: `token_exchange_origins` doesn't list it.
    ForbiddenOrigin,
    /// The parent was ended, or the credentials were changed, meanwhile.
    Unauthenticated,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(ExchangeError: Failed(Failure));

/// Opens a child of the caller's session for an origin, in place of the one that it may have had. The child has
/// tokens but no cookie, lives as long as its parent, and ends with it. The parent is used, and slides.
pub async fn exchange(ctx: &Context, caller: &mut Caller, origin: &str) -> Result<SignedIn, ExchangeError> {
    if !ctx.settings.token_exchange_origins.iter().any(|allowed| allowed.as_str() == origin) {
        return Err(ExchangeError::ForbiddenOrigin);
    }
    slide(ctx, caller).await;
    let parent = &caller.session;
    let session = Session {
        id: SessionId::new(ctx.now),
        parent_id: Some(parent.root()),
        origin: Some(origin.to_owned()),
        ip_address: ctx.client.address.clone(),
        user_agent: ctx.client.user_agent.clone(),
        last_activity_at: ctx.now,
        created_at: ctx.now,
        not_before: crate::time::Time(0),
        ..parent.clone()
    };
    let refresh_token = RefreshToken::random();
    let (user, as_of) = (caller.user.clone(), caller.as_of);
    // Before the session is committed: what can't be signed must not be.
    let statement = access_token::Statement { session: &session, user: &user, as_of };
    let access_token = access_token::issue(ctx, &caller.keys, &statement)?;
    let event = Event::about(EventType::LoginSuccess, caller.user.id)
        .session(session.id)
        .with("origin", origin)
        .without_a_hash();
    let mut change = Change::of(rows::end_child(parent.root(), origin));
    change.add(rows::open_child(&session, caller.credential_version));
    change.add(rows::insert_refresh_token(session.id, &refresh_token, 0, ctx.now));
    change.record(event);
    change.commit_or(ctx, ExchangeError::Unauthenticated).await?;
    Ok(SignedIn { user, session, as_of, cookie: None, device_cookie: None, access_token, refresh_token })
}

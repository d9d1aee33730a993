//! Opens a session: the only way to one, whatever the method of the proof was.

use super::{
    Device, Lifetime, Methods, Session, SignedIn,
    access_token::{self, Statement},
    rows,
};
use crate::{
    accounts::User,
    commit::{Change, CommitError},
    context::Context,
    devices::{self, Recognised, user_agent},
    error::Failure,
    events::{Event, EventType},
    ids::SessionId,
    invalidations::Snapshot,
    keys, notices,
    platform::{self, Metric},
    secrets::{CookieSecret, RefreshToken},
    throttle::{self, Attempt},
    time::Time,
};
use mana_auth_mail::Notice;

/// Somebody has proven who they are. `credentials` makes it.
pub struct Proven<'a> {
    /// Who.
    pub user: User,
    /// The credentials that it was proven by: they must still be the same when the session is written.
    pub credential_version: i64,
    /// Where these were read.
    pub snapshot: Snapshot,
    /// The attempt that has succeeded, where it was one of guessing.
    pub attempt: Option<&'a Attempt>,
    /// The device that it was done on.
    pub device: Recognised,
    /// How it was done.
    pub methods: Methods,
}

/// The session that is wanted.
pub struct Wanted<'a> {
    /// Whether it shall last 30 days rather than 7.
    pub remember_me: bool,
    /// The device, in the client's words.
    pub device: &'a Device,
    /// The sessions that the request came with. They end: a browser has one at a time.
    pub replaces: &'a [CookieSecret],
}

/// What opening a session led to.
pub enum Opened {
    /// A session.
    SignedIn(Box<SignedIn>),
    /// Nothing: the credentials are no longer those that were proven.
    Outdated,
}

/// Opens a session and commits `led_to` with it: what else the proof changes, such as a new hash. The session's statement comes
/// first, because it checks that the credentials are still those that were proven.
///
/// # Errors
///
/// Where no key can sign, or storage fails.
pub async fn open(
    ctx: &Context,
    led_to: Change,
    proven: Proven<'_>,
    wanted: &Wanted<'_>,
) -> Result<Opened, Failure> {
    let Proven { user, credential_version, snapshot, attempt, device, methods } = proven;
    let keys = keys::at(&snapshot, ctx.settings).await?;
    let session = new_session(ctx, wanted, &user, methods);
    let (cookie, refresh_token) = (CookieSecret::random(), RefreshToken::random());
    let mut change = Change::of(rows::open(&session, &cookie, credential_version));
    change.add(rows::insert_refresh_token(session.id, &refresh_token, 0, ctx.now));
    make_room(ctx, &mut change, &session, wanted).await?;
    change.append(led_to);
    if let Some(attempt) = attempt {
        throttle::after_failures(ctx, attempt).report(&mut change, Some(user.id));
        attempt.succeeded(&mut change);
    }
    // Whoever has just proven who they are may do so again: a thief of a session must not keep its owner from changing the password.
    throttle::may_reauthenticate(&mut change, user.id);
    if let Some(trusted) = device.trusted {
        throttle::begin_anew_on(&mut change, trusted);
    }
    let Device { id: client_id, name } = wanted.device;
    if let Some(is_news) = devices::is_news(user.id, &device, client_id.as_deref()) {
        // Ours, not the client's words: a mail of ours shall not say what a stranger wants it to.
        let device = ctx.client.user_agent.as_deref().and_then(user_agent::name).unwrap_or_default().into();
        let notice = Notice::NewDevice { device, at: notices::moment(ctx.now) };
        notices::tell_if(ctx, &mut change, &user.email, Some(&user), notice, is_news);
    }
    let device_cookie =
        devices::remember(ctx, &mut change, user.id, &device, client_id.as_deref(), name.as_deref());
    change.record(
        Event::about(EventType::LoginSuccess, user.id)
            .session(session.id)
            .with("deviceId", client_id.clone())
            .with("deviceName", name.clone())
            .with("rememberMe", session.remember_me),
    );
    let as_of = snapshot.as_of;
    // Before the session is committed: what can't be signed must not be.
    let access_token = access_token::issue(ctx, &keys, &Statement { session: &session, user: &user, as_of })?;
    match change.try_commit(ctx).await {
        Ok(_) => {}
        Err(CommitError::Unmet(_)) => return Ok(Opened::Outdated),
        Err(refused) => return Err(refused.into()),
    }
    platform::count(Metric::SessionsOpened, if wanted.remember_me { "true" } else { "false" }, 1);
    let (cookie, device_cookie) = (Some(cookie), Some(device_cookie));
    Ok(Opened::SignedIn(Box::new(SignedIn {
        user,
        session,
        as_of,
        cookie,
        device_cookie,
        access_token,
        refresh_token,
    })))
}

/// Ends the sessions that the request came with, and the oldest ones beyond the limit.
async fn make_room(
    ctx: &Context,
    change: &mut Change,
    session: &Session,
    wanted: &Wanted<'_>,
) -> Result<(), Failure> {
    let (user, limit) = (session.user_id, ctx.settings.sessions_per_user);
    change.add(rows::remove_expired(user, ctx.now));
    for cookie in wanted.replaces {
        // Only the ids are read: the session may be another user's, whose imported row can't be read.
        if let Some((replaced, owner)) = rows::ids_by_cookie(cookie).await? {
            let event = Event::about(EventType::SessionRevoked, owner).with("reason", "replaced");
            change.add_counted(Metric::SessionsEnded, "replaced", rows::end(replaced));
            change.record(event.session(replaced));
        }
    }
    let displaced = Event::about(EventType::SessionRevoked, user).with("reason", "displaced");
    change.record(rows::if_more_than(limit, displaced));
    change.add_counted(Metric::SessionsEnded, "displaced", rows::displace(user, session.id, limit));
    Ok(())
}

fn new_session(ctx: &Context, wanted: &Wanted<'_>, user: &User, methods: Methods) -> Session {
    let absolute = ctx.now + ctx.settings.session_absolute;
    Session {
        id: SessionId::new(ctx.now),
        user_id: user.id,
        remember_me: wanted.remember_me,
        device: wanted.device.clone(),
        ip_address: ctx.client.address.clone(),
        user_agent: ctx.client.user_agent.clone(),
        last_activity_at: ctx.now,
        created_at: ctx.now,
        expires_at: Lifetime::new(wanted.remember_me).expiry(ctx.now, absolute),
        absolute_expires_at: absolute,
        not_before: Time(0),
        auth_time: ctx.now,
        amr: methods,
        parent_id: None,
        origin: None,
    }
}

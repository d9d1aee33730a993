//! Signing in with e-mail and password.

use super::{
    Device, Lifetime, Session, SignedIn,
    access_token::{self, Statement},
    rows,
};
use crate::{
    accounts::{self, Credentials},
    commit::{self, Change, Refused},
    context::Context,
    devices::{self, DeviceCookie, Recognised, Trusted},
    email::Email,
    error::Error,
    events::{Event, Kind},
    keys,
    passwords::{self, Password, Proof},
    platform::{self, Metric},
    secrets::{CookieSecret, RefreshToken},
    throttle::{self, Attempt, Refused as Throttled},
};
use uuid::Uuid;

/// What a client sends to sign in.
pub struct SignIn {
    /// The address; none where what was sent can't be one, which must take as long.
    pub email: Option<Email>,
    /// The password.
    pub password: Password,
    /// Whether the session shall last 30 days rather than 7.
    pub remember_me: bool,
    /// The device, in the client's words.
    pub device: Device,
    /// What the device shows of itself: one cookie, unless its domain has changed.
    pub device_cookies: Vec<DeviceCookie>,
    /// The sessions that the request came with. They end: a browser has one at a time.
    pub replaces: Vec<CookieSecret>,
}

/// How often a sign-in starts over when the account's credentials change while it hashes.
const ATTEMPTS: usize = 3;

/// Opens a session.
///
/// The account's `credential_version` is read before the slow comparison and must be the same when the session
/// is written, in one statement. So a sign-in that waited in the hash queue can't outlive a change of password.
///
/// # Errors
///
/// `InvalidCredentials`, in the same time whether the account exists or not; `Banned` only to who knows the
/// password; `Locked` and `RateLimited` after too many failures, to who knows it too, without a hash and before anybody is looked up;
/// `Overloaded` where the host has no room for another hash.
pub async fn sign_in(ctx: &Context, request: SignIn) -> Result<SignedIn, Error> {
    let trusted = devices::trusted(ctx, &request.device_cookies, request.email.as_ref()).await?;
    let attempt = match throttle::reserve(ctx, request.email.as_ref(), trusted).await {
        Ok(attempt) => attempt,
        Err(refused) => return Err(refuse_unheard(ctx, &request, refused).await?),
    };
    let outcome = prove(&ctx.on_device(attempt.is_of_known_device()), &request, trusted, &attempt).await;
    if let Err(Error::Overloaded | Error::StorageUnavailable | Error::Bug(_)) = outcome {
        attempt.take_back(ctx).await;
    }
    outcome
}

async fn look_up(ctx: &Context, request: &SignIn) -> Result<Option<Credentials>, Error> {
    match &request.email {
        Some(email) => accounts::credentials_by_email(ctx, email).await,
        None => Ok(None),
    }
}

/// Compares the password, and opens the session.
async fn prove(
    ctx: &Context,
    request: &SignIn,
    trusted: Option<Trusted>,
    attempt: &Attempt,
) -> Result<SignedIn, Error> {
    for _ in 0..ATTEMPTS {
        let found = look_up(ctx, request).await?;
        let encoded = found.as_ref().and_then(|found| found.password.clone());
        let proof = match passwords::check(ctx, &request.password, encoded).await {
            Ok(proof) => proof,
            Err(error) => {
                platform::count(Metric::SignIns, "busy", 1);
                return Err(error);
            }
        };
        let user = found.as_ref().map(|found| found.user.id);
        let Some(found_now) = found.filter(|_| proof != Proof::Wrong) else {
            platform::count(Metric::SignIns, "mismatch", 1);
            return Err(refuse(ctx, request, user, "credentials", attempt, Error::InvalidCredentials).await?);
        };
        if found_now.user.ban.holds(ctx.now) {
            platform::count(Metric::SignIns, "banned", 1);
            return Err(refuse(ctx, request, user, "banned", attempt, Error::Banned).await?);
        }
        let id = found_now.user.id;
        let device = devices::recognise(id, trusted, request.device.id.as_deref()).await?;
        if let Some(signed_in) = open(ctx, request, found_now, proof, &device, attempt).await? {
            platform::count(Metric::SignIns, "success", 1);
            platform::count(Metric::SessionsOpened, if request.remember_me { "true" } else { "false" }, 1);
            return Ok(signed_in);
        }
    }
    Err(Error::Overloaded)
}

/// Records a failure, what it locks, and whether it is one too many. The same statements, whether or not there is such an account.
async fn refuse(
    ctx: &Context,
    request: &SignIn,
    user: Option<Uuid>,
    reason: &str,
    attempt: &Attempt,
    error: Error,
) -> Result<Error, Error> {
    let mut change = Change::new();
    change.record(failure(request, user, reason));
    attempt.failed(ctx, &mut change, about(Kind::AccountLocked, request, user));
    throttle::repeated_on_account(ctx, request.email.as_ref()).tell(&mut change, user);
    for suspicion in throttle::repeated_by_client(ctx).into_iter().chain(throttle::repeated_by_address(ctx)) {
        suspicion.tell(&mut change, None);
    }
    change.commit(ctx).await?;
    Ok(error)
}

/// Records that attempts are refused before anything is compared, and before anybody is looked up: not even the event says whether
/// there is such an account.
async fn refuse_unheard(ctx: &Context, request: &SignIn, refused: Throttled) -> Result<Error, Error> {
    let (reason, label) = match refused {
        Throttled::Locked(_) => ("locked", "locked"),
        Throttled::Limited(_) => ("rate_limited", "limited"),
        Throttled::Undecided => ("undecided", "busy"),
        Throttled::Failed(error) => return Ok(error),
    };
    platform::count(Metric::SignIns, label, 1);
    // Whoever hammers at a lock shall not make the database write each time.
    if throttle::is_worth_telling(ctx, request.email.as_ref(), &refused) {
        commit::event(ctx, failure(request, None, reason)).await?;
    }
    Ok(refused.into())
}

fn failure(request: &SignIn, user: Option<Uuid>, reason: &str) -> Event {
    about(Kind::LoginFailure, request, user).with("reason", reason)
}

/// The address is logged only where it is one: people type passwords there.
fn about(kind: Kind, request: &SignIn, user: Option<Uuid>) -> Event {
    Event::of(kind, user).with("email", request.email.as_ref().map_or("unparsable", Email::as_str))
}

/// Writes the session, or nothing where the credentials are no longer those that were read.
async fn open(
    ctx: &Context,
    request: &SignIn,
    found: Credentials,
    proof: Proof,
    device: &Recognised,
    attempt: &Attempt,
) -> Result<Option<SignedIn>, Error> {
    let Credentials { user, version, password, snapshot } = found;
    let keys = keys::at(&snapshot, ctx.settings).await?;
    let session = new_session(ctx, request, &user);
    let cookie = CookieSecret::random();
    let refresh_token = RefreshToken::random();
    let limit = ctx.settings.sessions_per_user;
    let mut change = Change::of(rows::open(&session, &cookie, version));
    change.add(rows::insert_refresh_token(session.id, &refresh_token, 0, ctx.now));
    change.add(rows::remove_expired(user.id, ctx.now));
    for cookie in &request.replaces {
        // Whoever was signed in here may be somebody else, of whom an import has left what can't be read.
        if let Some((replaced, owner)) = rows::ids_by_cookie(cookie).await? {
            let event = Event::about(Kind::SessionRevoked, owner).with("reason", "replaced");
            change.add_counted(Metric::SessionsEnded, "replaced", rows::end(replaced));
            change.record(event.session(replaced));
        }
    }
    let displaced = Event::about(Kind::SessionRevoked, user.id).with("reason", "displaced");
    change.record(rows::if_more_than(limit, displaced));
    let displace = rows::displace(user.id, session.id, limit);
    change.add_counted(Metric::SessionsEnded, "displaced", displace);
    if let (Proof::RightButOutdated, Some(old)) = (proof, password) {
        let new = passwords::rehash(ctx, &request.password).await?;
        change.add(accounts::upgrade_password(user.id, &old, &new, ctx.now));
    }
    throttle::after_failures(ctx, attempt).tell(&mut change, Some(user.id));
    attempt.succeeded(&mut change);
    // Whoever has just proven who they are may do so again: a thief of a session must not keep its owner from changing the password.
    throttle::may_reauthenticate(&mut change, user.id);
    if let Some(trusted) = device.trusted {
        throttle::begin_anew_on(&mut change, trusted);
    }
    let SignIn { device: Device { id: client_id, name }, .. } = request;
    let device_cookie =
        devices::remember(ctx, &mut change, user.id, device, client_id.as_deref(), name.as_deref());
    let event = Event::about(Kind::LoginSuccess, user.id)
        .session(session.id)
        .with("deviceId", session.device.id.clone())
        .with("deviceName", session.device.name.clone())
        .with("rememberMe", session.remember_me);
    let as_of = snapshot.as_of;
    // Before the session is committed: what can't be signed must not be.
    let access_token = access_token::issue(ctx, &keys, &Statement { session: &session, user: &user, as_of })?;
    change.record(event);
    match change.try_commit(ctx).await {
        Ok(_) => {}
        Err(Refused::Unmet(_)) => return Ok(None),
        Err(refused) => return Err(refused.into()),
    }
    let (cookie, device_cookie) = (Some(cookie), Some(device_cookie));
    Ok(Some(SignedIn { user, session, as_of, cookie, device_cookie, access_token, refresh_token }))
}

fn new_session(ctx: &Context, request: &SignIn, user: &accounts::User) -> Session {
    let absolute = ctx.now + ctx.settings.session_absolute;
    Session {
        id: platform::new_id(ctx.now),
        user_id: user.id,
        remember_me: request.remember_me,
        device: request.device.clone(),
        ip_address: ctx.client.address.clone(),
        user_agent: ctx.client.user_agent.clone(),
        last_activity_at: ctx.now,
        created_at: ctx.now,
        expires_at: Lifetime::new(request.remember_me).expiry(ctx.now, absolute),
        absolute_expires_at: absolute,
        not_before: crate::time::Time(0),
        auth_time: ctx.now,
        parent_id: None,
        origin: None,
    }
}

//! Signing in with e-mail and password.

use crate::{
    accounts::{self, Credentials, User},
    commit::{self, Change},
    context::Context,
    devices::{self, DeviceCookie, Trusted},
    email::Email,
    error::{Failure, passes_on},
    events::{Event, EventType},
    ids::UserId,
    notices,
    passwords::{self, Password, Proof},
    platform::{self, Metric},
    registrations::{Compared, Waiting},
    secrets::CookieSecret,
    sessions::{self, Device, Methods, Opened, Proven, SignedIn, Wanted},
    throttle::{self, Attempt, ThrottleError, Throttled},
};
use mana_auth_mail::Notice;

/// A sign-in, as the client sends it.
pub struct SignIn {
    /// The address; none if what was sent is not one. Such a sign-in must take the same time.
    pub email: Option<Email>,
    /// The password.
    pub password: Password,
    /// A session of 30 days; else of 7.
    pub remember_me: bool,
    /// The device, in the client's words.
    pub device: Device,
    /// The device's cookies: one, unless the cookie domain has changed.
    pub device_cookies: Vec<DeviceCookie>,
    /// The sessions that the request came with. They end: a browser has one at a time.
    pub replaces: Vec<CookieSecret>,
}

/// Why no session is opened.
#[derive(Debug)]
pub enum SignInError {
    /// E-mail and password don't belong together, or there is no such account. Nobody is told which, not even by the time it takes.
    InvalidCredentials,
    /// The account is banned. Only who knows the password is told.
    Banned,
    /// The address is yet to be proven: of the account, or of what waits for one. Only who knows the password is told.
    EmailNotVerified,
    /// Too many attempts failed. The right password gets the same response; nothing is hashed and no account looked up.
    Throttled(Throttled),
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(SignInError: Throttled(Throttled), Failed(Failure));

/// How often a sign-in starts over when the account's credentials change while it hashes.
const ATTEMPTS: usize = 3;

/// Opens a session.
///
/// The account's `credential_version` is read before the slow comparison and must be the same when the session
/// is written, in one statement. So a sign-in that waited in the hash queue can't outlive a change of password.
pub async fn sign_in(ctx: &Context, request: SignIn) -> Result<SignedIn, SignInError> {
    let trusted = devices::trusted(ctx, &request.device_cookies, request.email.as_ref()).await?;
    let attempt = match throttle::reserve(ctx, request.email.as_ref(), trusted).await {
        Ok(attempt) => attempt,
        Err(ThrottleError::Throttled(throttled)) => {
            record_throttled(ctx, &request, throttled).await?;
            return Err(throttled.into());
        }
        Err(ThrottleError::Failed(failure)) => return Err(failure.into()),
    };
    let outcome = prove(&ctx.on_device(attempt.is_of_known_device()), &request, trusted, &attempt).await;
    if let Err(SignInError::Failed(_)) = outcome {
        attempt.take_back(ctx).await;
    }
    outcome
}

async fn look_up(ctx: &Context, request: &SignIn) -> Result<Option<Credentials>, Failure> {
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
) -> Result<SignedIn, SignInError> {
    for _ in 0..ATTEMPTS {
        let found = look_up(ctx, request).await?;
        let waiting = Waiting::of(ctx, request.email.as_ref()).await?;
        let encoded = found.as_ref().and_then(|found| found.password.clone());
        let compared = match waiting.check(ctx, &request.password, encoded).await {
            Ok(compared) => compared,
            Err(error) => {
                platform::count(Metric::SignIns, "busy", 1);
                return Err(error.into());
            }
        };
        let user = found.as_ref().map(|found| found.user.clone());
        let found_now = match admit(ctx, found, &compared) {
            Ok(found) => found,
            Err(refused) => {
                platform::count(Metric::SignIns, refused.label, 1);
                record_failure(ctx, request, user.as_ref(), refused.reason, attempt).await?;
                return Err(refused.error);
            }
        };
        let proof = compared.account;
        let opened = open(ctx, request, found_now, proof, waiting.beside(), trusted, attempt).await?;
        if let Opened::SignedIn(signed_in) = opened {
            platform::count(Metric::SignIns, "success", 1);
            return Ok(*signed_in);
        }
    }
    Err(Failure::Overloaded.into())
}

/// A refusal after the comparison.
struct Refused {
    error: SignInError,
    /// Of the metric.
    label: &'static str,
    /// Of the event.
    reason: &'static str,
}

/// The account, if its password was shown and it may come in.
fn admit(ctx: &Context, found: Option<Credentials>, compared: &Compared) -> Result<Credentials, Refused> {
    let refused = |error, label, reason| Err(Refused { error, label, reason });
    match found.filter(|_| compared.account != Proof::Wrong) {
        None if compared.waits => refused(SignInError::EmailNotVerified, "unverified", "email_not_verified"),
        None => refused(SignInError::InvalidCredentials, "mismatch", "credentials"),
        Some(found) if found.user.ban.holds(ctx.now) => refused(SignInError::Banned, "banned", "banned"),
        Some(found) if ctx.settings.require_email_verification && !found.user.email_verified => {
            refused(SignInError::EmailNotVerified, "unverified", "email_not_verified")
        }
        Some(found) => Ok(found),
    }
}

/// Opens a session after the right password, and hashes it again if its hash is outdated.
async fn open(
    ctx: &Context,
    request: &SignIn,
    found: Credentials,
    proof: Proof,
    beside: Option<&str>,
    trusted: Option<Trusted>,
    attempt: &Attempt,
) -> Result<Opened, Failure> {
    let Credentials { user, version, password, snapshot } = found;
    let device = devices::recognise(user.id, trusted, request.device.id.as_deref()).await?;
    let mut led_to = Change::new();
    if let (Proof::RightButOutdated, Some(old)) = (proof, password) {
        let new = passwords::rehash(ctx, &request.password, beside).await?;
        led_to.add(accounts::upgrade_password(user.id, &old, &new, ctx.now));
    }
    let methods = Methods::password();
    let attempt = Some(attempt);
    let proven = Proven { user, credential_version: version, snapshot, attempt, device, methods };
    let SignIn { remember_me, device, replaces, .. } = request;
    let wanted = Wanted { remember_me: *remember_me, device, replaces };
    sessions::open(ctx, led_to, proven, &wanted).await
}

/// Records a failure, its lock, and suspicions. The statements are the same whether or not the account exists.
async fn record_failure(
    ctx: &Context,
    request: &SignIn,
    found: Option<&User>,
    reason: &str,
    attempt: &Attempt,
) -> Result<(), Failure> {
    let user = found.map(|found| found.id);
    let mut change = Change::new();
    change.record(failure(request, user, reason));
    let lock = attempt.failed(ctx, &mut change, about(EventType::AccountLocked, request, user));
    if let Some(email) = request.email.as_ref().filter(|_| !attempt.is_of_known_device()) {
        let notice = Notice::AccountLocked { until: notices::moment(lock.until) };
        notices::tell_if(ctx, &mut change, email, found, notice, lock.holds);
    }
    throttle::repeated_on_account(ctx, request.email.as_ref()).report(&mut change, user);
    for suspicion in throttle::repeated_by_client(ctx).into_iter().chain(throttle::repeated_by_address(ctx)) {
        suspicion.report(&mut change, None);
    }
    change.commit(ctx).await.map(drop)
}

/// Records that attempts are refused before anything is compared, and before anybody is looked up: not even the event says whether
/// there is such an account.
async fn record_throttled(ctx: &Context, request: &SignIn, throttled: Throttled) -> Result<(), Failure> {
    let (reason, label) = match throttled {
        Throttled::Locked(_) => ("locked", "locked"),
        Throttled::RateLimited(_) => ("rate_limited", "limited"),
        Throttled::Undecided => ("undecided", "busy"),
    };
    platform::count(Metric::SignIns, label, 1);
    // Whoever hammers at a lock shall not make the database write each time.
    if throttle::is_worth_reporting(ctx, request.email.as_ref(), throttled) {
        commit::event(ctx, failure(request, None, reason)).await?;
    }
    Ok(())
}

fn failure(request: &SignIn, user: Option<UserId>, reason: &str) -> Event {
    about(EventType::LoginFailure, request, user).with("reason", reason)
}

/// The address is logged only where it is one: people type passwords there.
fn about(kind: EventType, request: &SignIn, user: Option<UserId>) -> Event {
    Event::of(kind, user).with("email", request.email.as_ref().map_or("unparsable", Email::as_str))
}

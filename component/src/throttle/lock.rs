//! Locks after repeated failures (OWASP Authentication Cheat Sheet, "Account Lockout"), doubling.

use super::{Attempt, Counter, Reservation, limit::Route, limit::WINDOW, rows};
use crate::{
    accounts::Email,
    audit::Event,
    context::Context,
    error::Error,
    memory::Lately,
    platform::{self, Metric},
    storage::{Change, Refused, Statement},
    time::{Span, Time},
};
use uuid::Uuid;

/// No lock is longer, and one is forgotten after so long without another failure.
pub const LONGEST: Span = Span::hours(24);

/// A lock that was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Whose counter: `account`, `device` or `reauthentication`.
    pub counter: &'static str,
    /// Until when.
    pub until: Time,
    /// The how manieth in a row.
    pub times: i64,
}

impl Locked {
    /// What its event says.
    #[must_use]
    pub fn event(&self, event: Event) -> Event {
        event
            .with("counter", self.counter)
            .with("until", self.until.as_millis())
            .with("times", self.times)
            .counting(Metric::Lockouts, self.counter)
    }
}

const ACCOUNT: &str = "account";
const DEVICE: &str = "device";
const REAUTHENTICATION: &str = "reauthentication";

/// The counter of an account, also of one that doesn't exist. What is no address is counted for its client alone.
pub fn account(ctx: &Context, email: Option<&Email>) -> Counter {
    match email {
        Some(email) => Counter::new(ACCOUNT, &[email.as_str().as_bytes()]),
        None => Counter::new(ACCOUNT, &[b"", ctx.client.network().unwrap_or_default().as_bytes()]),
    }
}

fn device(user: Uuid, device: Uuid) -> Counter {
    Counter::new(DEVICE, &[user.as_bytes(), device.as_bytes()])
}

/// Reserves an attempt to sign in. A device that signed in before has a counter of its own, so that a stranger can't lock its
/// owner out; once that is locked, it counts like a stranger.
///
/// # Errors
///
/// `Locked` or `RateLimited`: nothing was reserved.
pub async fn reserve(
    ctx: &Context,
    email: Option<&Email>,
    trusted: Option<(Uuid, Uuid)>,
) -> Result<Attempt, Error> {
    if let Some((user, id)) = trusted {
        let counter = device(user, id);
        if rows::lock(&counter).await?.is_none() {
            // Its own counter bounds it: whoever shares its address must not use up what it may do.
            match take(ctx, counter, Vec::new()).await {
                Err(Error::Locked(_)) => {}
                outcome => return outcome,
            }
        }
    }
    take_unlocked(ctx, account(ctx, email), Route::SignIn.counted(ctx)).await
}

/// Reserves an attempt of somebody who is signed in to prove again who they are. It has a counter of its own, so that a stolen
/// session neither finds the password nor locks its owner out.
///
/// # Errors
///
/// `Locked`: nothing was reserved.
pub async fn reserve_in_session(ctx: &Context, user: Uuid) -> Result<Attempt, Error> {
    take_unlocked(ctx, reauthentication(user), Vec::new()).await
}

/// Looks first, so that hammering at a lock writes nothing.
async fn take_unlocked(ctx: &Context, lock: Counter, limits: Vec<(Counter, u32)>) -> Result<Attempt, Error> {
    match rows::lock(&lock).await? {
        Some((until, _)) if until > ctx.now => Err(Error::Locked(until.since(ctx.now))),
        _ => take(ctx, lock, limits).await,
    }
}

async fn take(ctx: &Context, lock: Counter, limits: Vec<(Counter, u32)>) -> Result<Attempt, Error> {
    let reservation = Reservation::new(ctx);
    let (failures, duration) = (ctx.settings.lockout_failures, ctx.settings.lockout);
    let change = Change::new()
        .and(rows::reserve_unlocked(&lock, &reservation))
        .and(rows::set_lock(&lock, ctx.now, failures, duration))
        .and_all(limits.iter().map(|(counter, most)| rows::reserve(counter, &reservation, *most, WINDOW)));
    match change.commit(ctx).await {
        Ok(counts) => {
            let locked = if counts.get(1).is_some_and(|set| *set > 0) {
                let (until, times) = rows::lock(&lock).await?.unwrap_or((ctx.now, 1));
                Some(Locked { counter: lock.name, until, times })
            } else {
                None
            };
            let limits = limits.into_iter().map(|(counter, _)| counter).collect();
            Ok(Attempt { reservation, lock, locked, limits })
        }
        // Somebody else's attempt was the last.
        Err(Refused::Unmet(0)) => {
            let until = rows::lock(&lock).await?.map_or(ctx.now, |(until, _)| until);
            Err(Error::Locked(until.since(ctx.now)))
        }
        Err(Refused::Unmet(statement)) => {
            platform::count(Metric::RateLimited, Route::SignIn.name(), 1);
            let limit = statement.checked_sub(2).and_then(|index| limits.get(index));
            Err(limited(ctx, limit).await?)
        }
        Err(refused) => Err(refused.into()),
    }
}

/// The accounts and clients of which it was told that their attempts are refused.
static TOLD: Lately<[u8; 32]> = Lately::new(Span::minutes(1));

/// Whether a refusal by a lock on an account, or by a limit on the client, was not told within the last minute; then it is now. A
/// client can name as many accounts as it likes, and must not fill the trail with them.
#[must_use]
pub fn is_worth_telling(ctx: &Context, email: Option<&Email>, by_lock: bool) -> bool {
    let refused = if by_lock { account(ctx, email) } else { client(ctx) };
    TOLD.is_first(refused.subject, ctx.now)
}

/// Whoever a limit on sign-ins refuses.
fn client(ctx: &Context) -> Counter {
    Counter::new("client", &[ctx.client.network().unwrap_or_default().as_bytes()])
}

/// Everything that locks the owner of an account out, but on devices: signing in, and proving who they are again.
pub fn counters_of(ctx: &Context, user: Uuid, email: &Email) -> [Counter; 2] {
    [account(ctx, Some(email)), reauthentication(user)]
}

/// Lifts the lock on proving again who one is, and forgets its failures.
pub fn may_reauthenticate(user: Uuid) -> [Statement; 2] {
    rows::forget(&reauthentication(user))
}

fn reauthentication(user: Uuid) -> Counter {
    Counter::new(REAUTHENTICATION, &[user.as_bytes()])
}

/// The refusal of a limit that is reached: until the oldest attempt that counts is old enough.
async fn limited(ctx: &Context, limit: Option<&(Counter, u32)>) -> Result<Error, Error> {
    let oldest = match limit {
        Some((counter, most)) => rows::oldest_of(counter, *most).await?,
        None => None,
    };
    Ok(Error::RateLimited(oldest.map_or(WINDOW, |at| (at + WINDOW).since(ctx.now))))
}

/// Counts a call of a route that is limited, before or after it was done.
///
/// # Errors
///
/// `RateLimited` where there were too many: it was not counted.
pub async fn count(ctx: &Context, route: Route) -> Result<(), Error> {
    let (limits, reservation) = (route.counted(ctx), Reservation::new(ctx));
    let reserve = limits.iter().map(|(counter, most)| rows::reserve(counter, &reservation, *most, WINDOW));
    match Change::new().and_all(reserve).commit(ctx).await {
        Ok(_) => Ok(()),
        Err(Refused::Unmet(statement)) => {
            platform::count(Metric::RateLimited, route.name(), 1);
            Err(limited(ctx, limits.get(statement)).await?)
        }
        Err(refused) => Err(refused.into()),
    }
}

impl Attempt {
    /// It was no guess: something else went wrong. Whatever it was counted by forgets it.
    pub async fn take_back(&self, ctx: &Context) {
        let change = Change::new()
            .and(rows::take_back(&self.lock, &self.reservation))
            .and_all(self.limits.iter().map(|limit| rows::take_back(limit, &self.reservation)))
            .and(rows::lift_lock(&self.lock, ctx.now, ctx.settings.lockout_failures))
            .and(rows::forget_lifted(&self.lock));
        // Where even that can't be written, it counts: nothing worse than a lock that is a little early.
        drop(change.commit(ctx).await);
    }
}

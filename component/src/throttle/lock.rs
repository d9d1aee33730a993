//! Locks after repeated failures (OWASP Authentication Cheat Sheet, "Account Lockout"), doubling; and the end of all attempts after
//! too many without a success (NIST SP 800-63B-4 §3.2.2).

use super::{
    attempt::Attempt,
    counter::{self, Counter, Lock, Route},
    rows,
    throttled::{ThrottleError, Throttled},
};
use crate::ids::UserId;
use crate::{
    commit::Change, context::Context, devices::Trusted, email::Email, once_per_interval::OncePerInterval,
    time::Span,
};

/// The counter of an account, also of one that doesn't exist. What is no address is counted for its client alone.
pub fn account(ctx: &Context, email: Option<&Email>) -> Counter {
    match email {
        Some(email) => of_address(email),
        None => Counter::of_lock(Lock::Account, &[b"", ctx.client.network().unwrap_or_default().as_bytes()]),
    }
}

fn of_address(email: &Email) -> Counter {
    Counter::of_lock(Lock::Account, &[email.as_str().as_bytes()])
}

/// Takes a place for an attempt to sign in, by what the client sent alone. A device that signed in before has a counter of its own,
/// so that a stranger can't lock its owner out; once that is locked, it counts like a stranger until the lock has been over for a day.
///
/// # Errors
///
/// See [`ThrottleError`]: nothing was reserved.
pub async fn reserve(
    ctx: &Context,
    email: Option<&Email>,
    trusted: Option<Trusted>,
) -> Result<Attempt, ThrottleError> {
    if let Some(trusted) = trusted {
        let counter = of_device(trusted);
        let (standing, _) = rows::standing(&counter, &[], ctx.now).await?;
        if !standing.was_locked_lately(ctx.now) {
            // Its own counter bounds it: whoever shares its address must not use up what it may do.
            match Attempt::reserve_after(ctx, standing, counter, Vec::new()).await {
                Err(ThrottleError::Throttled(Throttled::Locked(_))) => {}
                outcome => return outcome,
            }
        }
    }
    Attempt::reserve(ctx, account(ctx, email), Route::SignIn.counted(ctx)).await
}

fn of_device(Trusted { user, device }: Trusted) -> Counter {
    Counter::of_lock(Lock::Device, &[user.as_str().as_bytes(), device.as_bytes()])
}

/// Forgets how often a device has failed without a success, though not its lock: who has signed in on it otherwise has been given
/// another cookie, and whoever failed with the one before has none that is good.
pub fn begin_anew_on(change: &mut Change, device: Trusted) {
    change.add(rows::forget_failures(&of_device(device)));
}

/// Takes a place for an attempt of somebody who is signed in to prove again who they are. It has a counter of its own, so that a
/// stolen session neither finds the password nor locks its owner out.
///
/// # Errors
///
/// See [`ThrottleError`]: nothing was reserved.
pub async fn reserve_in_session(ctx: &Context, user: UserId) -> Result<Attempt, ThrottleError> {
    Attempt::reserve(ctx, reauthentication(user), Vec::new()).await
}

/// The accounts and clients whose refused attempts were reported.
static REPORTED: OncePerInterval<[u8; 32]> = OncePerInterval::new(Span::minutes(1));

/// Whether a refusal by a lock on an account, or by a limit on the client, was not told within the last minute; then it is now. A
/// client can name as many accounts as it likes, and must not fill the audit log with them. Attempts that are still to be decided refuse
/// nobody for what they did.
#[must_use]
pub fn is_worth_reporting(ctx: &Context, email: Option<&Email>, throttled: Throttled) -> bool {
    let network = || ctx.client.network().unwrap_or_default();
    let subject = match throttled {
        Throttled::Locked(_) => account(ctx, email).subject,
        Throttled::RateLimited(_) => counter::subject("client", &[network().as_bytes()]),
        Throttled::Undecided => return false,
    };
    REPORTED.is_first(subject, ctx.now)
}

/// Everything that locks the owner of an account out, but on devices: signing in, and proving who they are again.
pub fn counters_of(user: UserId, email: &Email) -> [Counter; 2] {
    [of_address(email), reauthentication(user)]
}

/// Forgets what strangers guessed at an address before there was an account: its owner begins anew.
pub fn begin_anew(change: &mut Change, email: &Email) {
    change.add_all(rows::forget(&of_address(email)));
}

/// Lifts the lock on proving again who one is, and forgets its failures.
pub fn may_reauthenticate(change: &mut Change, user: UserId) {
    change.add_all(rows::forget(&reauthentication(user)));
}

fn reauthentication(user: UserId) -> Counter {
    Counter::of_lock(Lock::Reauthentication, &[user.as_str().as_bytes()])
}

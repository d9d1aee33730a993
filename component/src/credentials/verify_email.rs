//! Proving that an account's address is its owner's.

use super::{Mailed, Reauthenticated, first_proof};
use crate::{
    accounts::{self, User},
    challenges::{self, Challenge, Code, Presented, Purpose, Request},
    commit::Change,
    context::Context,
    devices::{self, DeviceCookie},
    email::Email,
    error::{Failure, FieldProblem, InputError, passes_on},
    events::{Event, EventType},
    outbox::{Cause, Mail, Recipient},
    passwords::{NewPassword, acceptable, hash},
    platform,
    secrets::ChallengeCookie,
    settings::{Page, Target},
};
use mana_auth_mail::Letter;

/// A proof is asked for.
pub struct AskVerification {
    /// The address of the account.
    pub email: Email,
    /// Where the page leads afterwards.
    pub source_app: Option<Target>,
    /// The device's cookies.
    pub device_cookies: Vec<DeviceCookie>,
}

/// Why nobody can ask.
#[derive(Debug)]
pub enum AskVerificationError {
    /// This host has no mail.
    NotFound,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(AskVerificationError: Failed(Failure));

/// Mails the proof, where the address has an account for which nobody has given it. The statements are the same where it has none.
///
/// # Errors
///
/// See [`AskVerificationError`].
pub async fn ask_verification(ctx: &Context, asked: AskVerification) -> Result<(), AskVerificationError> {
    if ctx.settings.mail.is_none() {
        return Err(AskVerificationError::NotFound);
    }
    let AskVerification { email, source_app, device_cookies } = asked;
    let is_known_device = devices::trusted(ctx, &device_cookies, Some(&email)).await?.is_some();
    let found = accounts::credentials_by_email(ctx, &email).await?;
    let found = found.map(|found| found.user).filter(|user| !user.email_verified);
    let source_app = source_app.map(|target| target.to_string());
    let mut change = Change::new();
    let request = Request {
        purpose: Purpose::Verification,
        user: found.as_ref().map(|user| user.id),
        email: &email,
        is_known_device,
        detail: source_app.as_deref(),
        browser: None,
    };
    let issued = challenges::issue(ctx, &mut change, &request);
    let recipient = if found.is_some() { Recipient::Somebody } else { Recipient::Nobody };
    change.mail(Mail {
        language: found.and_then(|user| user.language).or(ctx.client.language).unwrap_or_default(),
        letter: Letter::Verification {
            link: ctx.settings.link(Page::VerifyEmail, None, &issued.token.expose()),
            code: issued.code.as_ref().map(Code::shown).unwrap_or_default(),
        },
        recipient,
        cause: if is_known_device { Cause::Known } else { Cause::Stranger },
        condition: issued.written,
        to: email,
    });
    change.commit(ctx).await?;
    Ok(())
}

/// What becomes of the password that the account had before anybody proved its address.
pub enum Password<'a> {
    /// It goes: whoever set it may have been somebody else.
    Goes,
    /// It stays: whoever shows what was mailed knows it, too.
    Stays(Reauthenticated),
    /// This one takes its place.
    Becomes(&'a NewPassword),
}

/// Why the address stays unproven.
#[derive(Debug)]
pub enum VerifyEmailError {
    /// The new password is too easy to guess.
    Invalid(FieldProblem),
    /// Token or code are not good: wrong, used, past their time, or left behind by a change.
    TokenInvalid,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(VerifyEmailError: Failed(Failure); InputError { Invalid(problem), Failed(failure) });

/// A challenge that was shown, and whose account it is.
pub struct Shown {
    challenge: Challenge,
    /// The user.
    pub user: User,
}

/// What was shown: none where this browser has spent it, and nothing is to be done again.
///
/// # Errors
///
/// See [`VerifyEmailError`].
pub async fn shown_verification(
    ctx: &Context,
    mailed: &Mailed,
    browser: Option<&ChallengeCookie>,
) -> Result<Option<Shown>, VerifyEmailError> {
    match mailed.presented(ctx, Purpose::Verification, browser).await? {
        Presented::Good(challenge) => {
            let user = accounts::by_id(challenge.user).await?.ok_or(VerifyEmailError::TokenInvalid)?;
            Ok(Some(Shown { challenge, user }))
        }
        Presented::Repeated => Ok(None),
        Presented::Bad => Err(VerifyEmailError::TokenInvalid),
    }
}

/// Notes the proof. Unless the password stays, every session and device goes with it. Returns where the page leads.
///
/// # Errors
///
/// See [`VerifyEmailError`].
pub async fn verify_email(
    ctx: &Context,
    shown: Shown,
    password: Password<'_>,
    browser: Option<&ChallengeCookie>,
) -> Result<Option<String>, VerifyEmailError> {
    let Shown { challenge, user } = shown;
    let mut change = Change::new();
    challenge.spend(ctx, &mut change, browser);
    match password {
        Password::Stays(proof) => {
            change.add(accounts::verify_email_of(user.id, &user.email, ctx.now));
            change.record(Event::about(EventType::EmailVerified, user.id));
            proof.commit(ctx, change, VerifyEmailError::TokenInvalid).await?;
            return Ok(challenge.detail);
        }
        Password::Goes => first_proof(ctx, &mut change, &user),
        Password::Becomes(new) => {
            acceptable(ctx, new, "newPassword", &user.email, &user.name).await?;
            let encoded = hash(ctx, new).await?;
            first_proof(ctx, &mut change, &user);
            change.add(accounts::put_password(user.id, platform::new_id(ctx.now), &encoded, ctx.now));
        }
    }
    change.commit_or(ctx, VerifyEmailError::TokenInvalid).await?;
    Ok(challenge.detail)
}

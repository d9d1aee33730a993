//! Somebody who is signed in proves again who they are.

use crate::{
    accounts::{self, User},
    commit::Change,
    context::Context,
    error::{Failure, passes_on},
    events::{Event, EventType},
    passwords::{Password, Proof, check},
    sessions::{Caller, Level, assurance},
    throttle::{self, Attempt, ThrottleError, Throttled},
};

/// What somebody proves again who they are for.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// To change the password.
    PasswordChange,
    /// To delete the account.
    AccountDeletion,
    /// To change the address.
    EmailChange,
    /// To keep the password when the address is proven.
    EmailVerification,
    /// To go on with what needs a fresh proof.
    StepUp,
}

impl Purpose {
    /// The `reason` in the event of a failure.
    const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChange => "password_change",
            Self::AccountDeletion => "account_deletion",
            Self::EmailChange => "email_change",
            Self::EmailVerification => "email_verification",
            Self::StepUp => "step_up",
        }
    }
}

/// Somebody has just proven again who they are. What they then do takes it, and settles the attempt.
pub struct Reauthenticated {
    /// The credentials that it was proven by: they must still be the same when what it allows is written.
    pub(super) credential_version: i64,
    /// The attempt of the password; none where the session's own proof was fresh enough.
    attempt: Option<Attempt>,
}

impl Reauthenticated {
    /// Commits what it allows, with the end of the attempt.
    ///
    /// # Errors
    ///
    /// `outdated` where the credentials have changed meanwhile. Then, as where storage fails, the attempt was none.
    pub(super) async fn commit<E: From<Failure>>(
        self,
        ctx: &Context,
        mut change: Change,
        outdated: E,
    ) -> Result<(), E> {
        if let Some(attempt) = &self.attempt {
            attempt.succeeded(&mut change);
        }
        let committed = change.commit_or(ctx, outdated).await;
        if committed.is_err() {
            self.take_back(ctx).await;
        }
        committed.map(drop)
    }

    /// Nothing was made of it.
    pub(super) async fn take_back(self, ctx: &Context) {
        if let Some(attempt) = &self.attempt {
            attempt.take_back(ctx).await;
        }
    }
}

/// Why somebody has not proven again who they are.
#[derive(Debug)]
pub enum ReauthenticateError {
    /// The password is wrong.
    InvalidCredentials,
    /// It was wrong too often, or others are to be decided first.
    Throttled(Throttled),
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(ReauthenticateError: Failed(Failure); ThrottleError { Throttled(throttled), Failed(failure) });

/// Takes the session's own proof, where it is no older than `step_up_minutes`; none where it is.
#[must_use]
pub fn by_session(ctx: &Context, caller: &Caller) -> Option<Reauthenticated> {
    let is_fresh = assurance(&caller.session, ctx.now).suffices(Level::OneFactor, ctx.settings.step_up);
    is_fresh.then_some(Reauthenticated { credential_version: caller.credential_version, attempt: None })
}

/// Compares the password of somebody who is signed in. The event of a failure names the purpose.
pub async fn reauthenticate(
    ctx: &Context,
    user: &User,
    password: &Password,
    purpose: Purpose,
) -> Result<Reauthenticated, ReauthenticateError> {
    let credentials = accounts::credentials_by_id(ctx, user.id).await?;
    let (credential_version, encoded) =
        credentials.map_or((0, None), |found| (found.version, found.password));
    let attempt = throttle::reserve_in_session(ctx, user.id).await?;
    // A device where somebody is signed in is a known one.
    match check(&ctx.on_device(true), password, encoded).await {
        Ok(Proof::Right | Proof::RightButOutdated) => {
            return Ok(Reauthenticated { credential_version, attempt: Some(attempt) });
        }
        Ok(Proof::Wrong) => {}
        Err(error) => {
            attempt.take_back(ctx).await;
            return Err(error.into());
        }
    }
    let mut change = Change::new();
    change.record(Event::about(EventType::LoginFailure, user.id).with("reason", purpose.as_str()));
    attempt.failed(ctx, &mut change, Event::about(EventType::AccountLocked, user.id));
    change.commit(ctx).await?;
    Err(ReauthenticateError::InvalidCredentials)
}

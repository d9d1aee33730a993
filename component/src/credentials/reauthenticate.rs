//! Somebody who is signed in proves again who they are.

use crate::{
    accounts::{self, User},
    commit::Change,
    context::Context,
    error::{Failure, passes_on},
    events::{Event, EventType},
    passwords::{Password, Proof, check},
    throttle::{self, Attempt, ThrottleError, Throttled},
};

/// What somebody proves again who they are for.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// To change the password.
    PasswordChange,
    /// To delete the account.
    AccountDeletion,
}

impl Purpose {
    /// The `reason` in the event of a failure.
    const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordChange => "password_change",
            Self::AccountDeletion => "account_deletion",
        }
    }
}

/// Somebody has just proven again who they are. What they then do takes it, and settles the attempt.
pub struct Reauthenticated {
    /// The credentials that it was proven by: they must still be the same when what it allows is written.
    pub(super) credential_version: i64,
    attempt: Attempt,
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
        self.attempt.succeeded(&mut change);
        let committed = change.commit_or(ctx, outdated).await;
        if committed.is_err() {
            self.take_back(ctx).await;
        }
        committed.map(drop)
    }

    /// Nothing was made of it.
    pub(super) async fn take_back(self, ctx: &Context) {
        self.attempt.take_back(ctx).await;
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
            return Ok(Reauthenticated { credential_version, attempt });
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

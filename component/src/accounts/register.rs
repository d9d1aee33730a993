//! Making an account.

use super::{AppMetadata, Ban, Name, Role, User, rows};
use crate::{
    challenges,
    commit::{Change, CommitError, Handle},
    context::Context,
    email::Email,
    error::{Failure, FieldProblem, InputError, passes_on},
    events::{Event, EventType},
    ids::UserId,
    passwords::{NewPassword, acceptable, hash},
    platform::{self, Metric},
    throttle::{self, Route, ThrottleError, Throttled},
};

/// What is needed to make an account.
pub struct Registration {
    /// Its address.
    pub email: Email,
    /// Its password.
    pub password: NewPassword,
    /// What the person wants to be called.
    pub name: Name,
    /// Its origin.
    pub by: By,
}

/// The origin of a registration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Anybody: all of them together make so many in a while.
    Stranger,
    /// The operator.
    Operator,
}

/// Why no account is made.
#[derive(Debug)]
pub enum RegisterError {
    /// The password is too easy to guess.
    Invalid(FieldProblem),
    /// The address has an account.
    EmailTaken,
    /// The client, or all of them, made too many.
    Throttled(Throttled),
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(RegisterError: Failed(Failure);
    InputError { Invalid(problem), Failed(failure) };
    ThrottleError { Throttled(throttled), Failed(failure) });

/// Makes an account. A stranger's call is counted before anything else. The database decides whether the address is free, after the hash: a known address takes
/// as long as an unknown one. The hash is made `beside` what a sign-in compares with, too.
pub async fn register(
    ctx: &Context,
    registration: Registration,
    beside: Option<&str>,
) -> Result<User, RegisterError> {
    if registration.by == By::Stranger {
        throttle::count(ctx, Route::Registration).await?;
    }
    let outcome = commit(ctx, registration, beside).await;
    let label = if outcome.is_ok() { "created" } else { "refused" };
    platform::count(Metric::Registrations, label, 1);
    outcome
}

async fn commit(
    ctx: &Context,
    registration: Registration,
    beside: Option<&str>,
) -> Result<User, RegisterError> {
    let mut change = Change::new();
    let (user, added) = create(ctx, &mut change, registration, beside).await?;
    match change.try_commit(ctx).await {
        Ok(_) => Ok(user),
        // It is kept for who had it.
        Err(CommitError::Unmet(refused)) if refused == added => Err(RegisterError::EmailTaken),
        Err(CommitError::Conflict(constraint)) if rows::is_email_taken(&constraint) => {
            Err(RegisterError::EmailTaken)
        }
        // Nothing else expects a row.
        Err(CommitError::Unmet(_)) => Err(throttle::overtaken(ctx, Route::Registration).await.into()),
        Err(refused) => Err(Failure::from(refused).into()),
    }
}

/// Adds the making of an account to a change.
async fn create(
    ctx: &Context,
    change: &mut Change,
    registration: Registration,
    beside: Option<&str>,
) -> Result<(User, Handle), InputError> {
    let Registration { email, password, name, by } = registration;
    acceptable(ctx, &password, "password", &email, name.as_str()).await?;
    let encoded = hash(ctx, &password, beside).await?;
    let user = User::new(ctx, UserId::new(ctx.now), email, name.into());
    let added = add(ctx, change, &user, Some(&encoded));
    if by == By::Stranger {
        // Behind the row: whether an address is taken is told first, as ever.
        throttle::done(ctx, change, Route::Registration);
    }
    Ok((user, added))
}

/// Adds an account to a change, with a password by its encoded hash. The change fails where the address is taken, or kept for who had it.
pub fn add(ctx: &Context, change: &mut Change, user: &User, password: Option<&str>) -> Handle {
    let is_free = challenges::is_reserved(&user.email, None, ctx.now).negated();
    let added = change.add(rows::insert(user, None, &is_free));
    if let Some(encoded) = password {
        change.add(rows::insert_password(user, platform::new_id(ctx.now), encoded));
    }
    throttle::begin_anew(change, &user.email);
    change.record(Event::about(EventType::AccountCreated, user.id));
    added
}

impl User {
    /// One who has just come, with an address that nobody has proven.
    #[must_use]
    pub fn new(ctx: &Context, id: UserId, email: Email, name: String) -> Self {
        Self {
            id,
            email,
            name,
            image: None,
            role: Role::User,
            email_verified: false,
            created_at: ctx.now,
            updated_at: ctx.now,
            ban: Ban::None,
            language: ctx.client.language,
            app_metadata: AppMetadata::default(),
        }
    }
}

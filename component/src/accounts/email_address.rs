//! The address of an account, as an operator changes it.

use super::{User, rows};
use crate::{
    challenges,
    commit::{Change, CommitError},
    context::Context,
    email::Email,
    error::{Failure, LookupError, passes_on},
    events::{Event, EventType},
    ids::UserId,
    notices,
    storage::Condition,
    throttle,
};
use mana_auth_mail::Notice;

/// Why an address is not changed.
#[derive(Debug)]
pub enum SetEmailError {
    /// There is no such account.
    NotFound,
    /// Another account has the address.
    EmailTaken,
    /// See [`Failure`].
    Failed(Failure),
}

passes_on!(SetEmailError: Failed(Failure);
    LookupError { NotFound, Failed(failure) });

/// Changes the address of an account, at once: tokens that name the other are refused. Nobody has shown that the new one is theirs.
/// Sessions go on.
pub async fn set_email(ctx: &Context, id: UserId, email: Email, by: &str) -> Result<User, SetEmailError> {
    let user = rows::by_id(id).await?.ok_or(SetEmailError::NotFound)?;
    if user.email == email {
        return Ok(user);
    }
    let mut change = Change::of(rows::set_email(id, &email, ctx.now));
    // The operator has the last word: a thief may have been at the addresses of before.
    change.add(challenges::end_ways_back(id, ctx.now));
    throttle::begin_anew(&mut change, &email);
    change.record(Event::about(EventType::EmailChanged, id).with("by", by));
    // To the address of before, from which nothing leads back.
    let notice = Notice::ChangedByOperator { at: notices::moment(ctx.now) };
    notices::mail(ctx, &mut change, &user, notice, None, Condition::ALWAYS);
    match change.try_commit(ctx).await {
        Ok(_) => Ok(User { email, email_verified: false, updated_at: ctx.now, ..user }),
        Err(CommitError::Unmet(_)) => Err(SetEmailError::NotFound),
        Err(CommitError::Conflict(constraint)) if rows::is_email_taken(&constraint) => {
            Err(SetEmailError::EmailTaken)
        }
        Err(refused) => Err(Failure::from(refused).into()),
    }
}

/// Notes that an address was shown to be the user's, or that the operator knows it.
///
/// # Errors
///
/// `NotFound` where there is no such account, or its address was changed just now.
pub async fn verify_email(ctx: &Context, id: UserId, by: &str) -> Result<User, LookupError> {
    let user = rows::by_id(id).await?.ok_or(LookupError::NotFound)?;
    if user.email_verified {
        return Ok(user);
    }
    let mut change = Change::of(rows::verify_email(id, &user.email, ctx.now));
    change.record(Event::about(EventType::EmailVerified, id).with("by", by));
    change.commit_or(ctx, LookupError::NotFound).await?;
    Ok(User { email_verified: true, updated_at: ctx.now, ..user })
}

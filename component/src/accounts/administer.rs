//! What an administrator does to accounts.

use super::{AppMetadata, Place, Role, User, rows};
use crate::{
    challenges,
    commit::Change,
    context::Context,
    email::Email,
    error::{FieldProblem, InputError, LookupError, QueryError},
    events::{Event, EventType},
    ids::UserId,
    notices, throttle,
};
use mana_auth_mail::Notice;

/// The most accounts on one page.
const PAGE: u32 = 200;

/// The account with this address.
///
/// # Errors
///
/// `NotFound` where there is none.
pub async fn find(email: &Email) -> Result<User, LookupError> {
    rows::by_email(email).await?.ok_or(LookupError::NotFound)
}

/// Accounts, newest first, older than what stands at `before`.
///
/// # Errors
///
/// `Invalid` for a limit beyond 1 to 200.
pub async fn list(limit: u32, before: Option<Place>) -> Result<Vec<User>, InputError> {
    if !(1..=PAGE).contains(&limit) {
        return Err(FieldProblem::new("limit", "must be from 1 to 200").into());
    }
    Ok(rows::page(limit, before).await?)
}

/// Deletes an account, its sessions and tokens. Its events stay in the audit log.
///
/// # Errors
///
/// `NotFound` where there is no such account.
pub async fn delete_by_operator(ctx: &Context, id: UserId) -> Result<(), LookupError> {
    let event = Event::about(EventType::AccountDeleted, id).with("by", "operator");
    let mut change = Change::of(rows::delete_by_operator(id));
    change.add(challenges::forget_user(id, ctx.now));
    change.record(event);
    change.commit_or(ctx, LookupError::NotFound).await.map(drop)
}

/// Lifts the lock that failed sign-ins have set on an account. Returns whether there was one.
///
/// # Errors
///
/// `NotFound` where there is no such account.
pub async fn unlock(ctx: &Context, id: UserId, by: &str) -> Result<bool, LookupError> {
    let user = rows::by_id(id).await?.ok_or(LookupError::NotFound)?;
    Ok(throttle::unlock(ctx, user.id, &user.email, by).await?)
}

/// Changes what a user may do, at once.
///
/// # Errors
///
/// `NotFound` where there is no such account.
pub async fn set_role(ctx: &Context, id: UserId, role: Role) -> Result<User, LookupError> {
    let user = rows::by_id(id).await?.ok_or(LookupError::NotFound)?;
    if user.role == role {
        return Ok(user);
    }
    let event = Event::about(EventType::PermissionChanged, id)
        .with("from", user.role.name())
        .with("to", role.name())
        .with("by", "operator");
    let mut change = Change::of(rows::set_role(id, role, ctx.now));
    change.record(event);
    notices::tell(ctx, &mut change, &user, Notice::ChangedByOperator { at: notices::moment(ctx.now) });
    change.commit_or(ctx, LookupError::NotFound).await?;
    Ok(User { role, updated_at: ctx.now, ..user })
}

/// Replaces what is kept of a user, at once: tokens that say something else are refused. The event tells that it was, and not what it is.
///
/// # Errors
///
/// `NotFound` where there is no such account; `Invalid` where more of it would go into tokens than they hold.
pub async fn set_app_metadata(
    ctx: &Context,
    id: UserId,
    metadata: AppMetadata,
    by: &str,
) -> Result<User, QueryError> {
    let user = rows::by_id(id).await?.ok_or(QueryError::NotFound)?;
    metadata.ensure_fits_tokens(&ctx.settings.token_claims).map_err(FieldProblem::of("appMetadata"))?;
    if user.app_metadata == metadata {
        return Ok(user);
    }
    let mut change = Change::of(rows::set_app_metadata(id, &metadata, ctx.now));
    change.record(Event::about(EventType::AppMetadataChanged, id).with("by", by));
    change.commit_or(ctx, QueryError::NotFound).await?;
    Ok(User { app_metadata: metadata, updated_at: ctx.now, ..user })
}

//! A way to a new password that an operator hands over.

use crate::{
    accounts,
    challenges::{self, Purpose, Request},
    commit::Change,
    context::Context,
    error::LookupError,
    events::{Event, EventType},
    ids::UserId,
    settings::Page,
    storage::Condition,
};

/// A link by which a user chooses a new password. It is good for an hour, and once.
///
/// # Errors
///
/// `NotFound` where there is no such account.
pub async fn reset_link(ctx: &Context, user: UserId) -> Result<String, LookupError> {
    let user = accounts::by_id(user).await?.ok_or(LookupError::NotFound)?;
    let mut change = Change::new();
    let request = Request {
        purpose: Purpose::PasswordReset,
        user: Some(user.id),
        email: &user.email,
        is_known_device: false,
        detail: None,
        browser: None,
    };
    let issued = challenges::issue_if(ctx, &mut change, &request, Condition::ALWAYS);
    change.record(Event::about(EventType::PasswordResetRequest, user.id).with("by", "operator"));
    change.commit(ctx).await?;
    Ok(ctx.settings.link(Page::ResetPassword, None, &issued.token.expose()))
}

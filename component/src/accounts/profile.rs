//! What a user shows of themselves.

use super::{Name, User, rows};
use crate::{context::Context, error::Error, storage::Change};

/// What is to change; what is none stays.
pub struct ProfileUpdate {
    /// The new name.
    pub name: Option<Name>,
    /// The new picture; `Some(None)` removes it.
    pub image: Option<Option<String>>,
}

/// Changes a profile.
///
/// # Errors
///
/// Where storage fails.
pub async fn update_profile(ctx: &Context, user: User, update: ProfileUpdate) -> Result<User, Error> {
    let name = update.name.map_or_else(|| user.name.clone(), Into::into);
    let image = update.image.unwrap_or_else(|| user.image.clone());
    if name == user.name && image == user.image {
        return Ok(user);
    }
    let updated = User { name, image, updated_at: ctx.now, ..user };
    let statement = rows::set_profile(updated.id, &updated.name, updated.image.clone(), ctx.now);
    Change::new().and(statement).commit(ctx).await?;
    Ok(updated)
}

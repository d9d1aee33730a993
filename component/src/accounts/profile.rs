//! What a user shows of themselves.

use super::{Name, Picture, User, rows};
use crate::{commit::Change, context::Context, error::Failure};
use mana_auth_face::Language;

/// What is to change; what is none stays.
pub struct ProfileUpdate {
    /// The new name.
    pub name: Option<Name>,
    /// The new picture; `Some(None)` removes it.
    pub image: Option<Option<Picture>>,
    /// The new language.
    pub language: Option<Language>,
}

/// Changes a profile.
///
/// # Errors
///
/// Where storage fails.
pub async fn update_profile(ctx: &Context, user: User, update: ProfileUpdate) -> Result<User, Failure> {
    let ProfileUpdate { name, image, language } = update;
    let name = name.map(String::from).filter(|name| *name != user.name);
    let image = image.map(|image| image.map(String::from)).filter(|image| *image != user.image);
    let language = language.filter(|language| user.language != Some(*language));
    if name.is_none() && image.is_none() && language.is_none() {
        return Ok(user);
    }
    // Each only if it changes: two requests at a time, one for the name and one for the picture, don't undo each other.
    let mut change = Change::new();
    change.add_all(name.as_ref().map(|name| rows::set_name(user.id, name, ctx.now)));
    change.add_all(image.as_ref().map(|image| rows::set_image(user.id, image.clone(), ctx.now)));
    change.add_all(language.map(|language| rows::set_language(user.id, language, ctx.now)));
    change.commit(ctx).await?;
    Ok(User {
        name: name.unwrap_or(user.name),
        image: image.unwrap_or(user.image),
        language: language.or(user.language),
        updated_at: ctx.now,
        ..user
    })
}

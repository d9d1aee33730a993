//! An account, as its owner and administrators see it.

use crate::{
    accounts::User,
    http::kit::fields::{DateTime, RoleField},
    ids::UserId,
};
use serde::Serialize;
use utoipa::ToSchema;

/// An account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserBody {
    id: UserId,
    /// In normal form.
    #[schema(example = "ada@example.org")]
    email: String,
    /// What the person wants to be called; may be empty.
    #[schema(example = "Ada")]
    name: String,
    /// The address of a picture.
    #[schema(required)]
    image: Option<String>,
    /// What the user may do in this service.
    role: RoleField,
    /// Whether the address has been shown to be theirs.
    email_verified: bool,
    /// When the account was made.
    created_at: DateTime,
    /// When any of this was last changed.
    updated_at: DateTime,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        let User { id, email, name, image, role, email_verified, created_at, updated_at, .. } = user;
        Self {
            id,
            email: email.as_str().to_owned(),
            name,
            image,
            role: role.into(),
            email_verified,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        }
    }
}

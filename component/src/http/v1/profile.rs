//! `/profile`

use crate::{
    accounts::{self, Name, Picture, ProfileUpdate, User},
    http::kit::{
        authentication::Authenticated,
        body::Json,
        call::Call,
        fields::{DateTime, LanguageField, RoleField},
        json::nullable,
        problem::Problem,
    },
    ids::UserId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileBody {
    id: UserId,
    email: String,
    name: String,
    #[schema(required)]
    image: Option<String>,
    role: RoleField,
    email_verified: bool,
    created_at: DateTime,
    /// The language of mails; null where the user has not said.
    #[schema(required)]
    language: Option<LanguageField>,
}

impl From<User> for ProfileBody {
    fn from(user: User) -> Self {
        let User { id, email, name, image, role, email_verified, created_at, language, .. } = user;
        Self {
            id,
            email: email.as_str().to_owned(),
            name,
            image,
            role: role.into(),
            email_verified,
            created_at: created_at.into(),
            language: language.map(Into::into),
        }
    }
}

#[derive(Deserialize, ToSchema)]
pub struct UpdateBody {
    name: Option<Name>,
    /// An address that begins with `https://` or `http://`, without user name or password; null removes it.
    #[serde(default, deserialize_with = "nullable")]
    image: Option<Option<Picture>>,
    /// The language of mails.
    language: Option<LanguageField>,
}

/// What the user shows of themselves.
#[utoipa::path(
    get, path = "/api/v1/auth/profile", tag = "accounts", operation_id = "getProfile", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, description = "The profile", body = ProfileBody))
)]
pub async fn profile(authenticated: Authenticated) -> axum::Json<ProfileBody> {
    axum::Json(authenticated.caller.user.into())
}

/// Changes it; what is left out stays.
#[utoipa::path(
    post, path = "/api/v1/auth/profile", tag = "accounts", operation_id = "updateProfile", request_body = UpdateBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The profile as it is now", body = ProfileBody),
    )
)]
pub async fn update(
    call: Call,
    authenticated: Authenticated,
    Json(body): Json<UpdateBody>,
) -> Result<axum::Json<ProfileBody>, Problem> {
    let update =
        ProfileUpdate { name: body.name, image: body.image, language: body.language.map(Into::into) };
    let user = accounts::update_profile(&call, authenticated.caller.user, update).await?;
    Ok(axum::Json(user.into()))
}

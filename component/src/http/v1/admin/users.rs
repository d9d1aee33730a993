//! `GET /admin/users/{id}`, `PUT /admin/users/{id}/app-metadata` and `POST /admin/users/{id}/unlock`

use crate::{
    accounts::{self, AppMetadata, User},
    http::kit::{
        authentication::Admin,
        bodies::{ProblemBody, Success},
        body::Json,
        call::Call,
        fields::{DateTime, RoleField},
        fresh::FreshAdmin,
        problem::Problem,
    },
    ids::UserId,
};
use axum::extract::{Path, rejection::PathRejection};
use mana_auth_hygiene::Code;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// An account, as administrators see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdministeredUser {
    id: UserId,
    email: String,
    name: String,
    #[schema(required)]
    image: Option<String>,
    role: RoleField,
    email_verified: bool,
    created_at: DateTime,
    updated_at: DateTime,
    /// What the operator keeps of the user, such as a plan. The user is not shown it, but for what `token_claims` puts into tokens.
    #[schema(value_type = Object)]
    app_metadata: Box<RawValue>,
}

impl From<User> for AdministeredUser {
    fn from(user: User) -> Self {
        let User {
            id, email, name, image, role, email_verified, created_at, updated_at, app_metadata, ..
        } = user;
        Self {
            id,
            email: email.as_str().to_owned(),
            name,
            image,
            role: role.into(),
            email_verified,
            created_at: created_at.into(),
            updated_at: updated_at.into(),
            // It is an object.
            app_metadata: RawValue::from_string(app_metadata.into()).unwrap_or_default(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppMetadataBody {
    /// Replaces what is kept: at most 4 KiB as JSON without blanks, nested at most 8 deep, without U+0000. Those of its members that `token_claims`
    /// names may have at most 1,536 bytes together.
    #[schema(value_type = Object)]
    app_metadata: AppMetadata,
}

/// An account.
#[utoipa::path(
    get, path = "/api/v1/auth/admin/users/{id}", tag = "administration", operation_id = "getUser", security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The account", body = AdministeredUser),
        (status = 404, description = "`NOT_FOUND`: no such user", body = ProblemBody),
    )
)]
pub async fn get(
    _: Admin,
    id: Result<Path<UserId>, PathRejection>,
) -> Result<axum::Json<AdministeredUser>, Problem> {
    let Path(id) = id.map_err(|_| Code::NotFound)?;
    let user = accounts::by_id(id).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(user.into()))
}

/// Replaces what the operator keeps of a user. Access tokens that say otherwise are over at once: a refresh gets others.
#[utoipa::path(
    put, path = "/api/v1/auth/admin/users/{id}/app-metadata", tag = "administration", operation_id = "setAppMetadata", request_body = AppMetadataBody,
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The account as it is now", body = AdministeredUser),
        (status = 401, description = "`STEP_UP_REQUIRED`: the proof is older than `step_up_minutes`", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: no such user", body = ProblemBody),
    )
)]
pub async fn set_app_metadata(
    call: Call,
    FreshAdmin(admin): FreshAdmin,
    id: Result<Path<UserId>, PathRejection>,
    Json(body): Json<AppMetadataBody>,
) -> Result<axum::Json<AdministeredUser>, Problem> {
    let Path(id) = id.map_err(|_| Code::NotFound)?;
    let user = accounts::set_app_metadata(&call, id, body.app_metadata, admin.user.id.as_str()).await?;
    Ok(axum::Json(user.into()))
}

/// Lifts the lock that failed sign-ins have set on an account. One that isn't locked stays so.
#[utoipa::path(
    post, path = "/api/v1/auth/admin/users/{id}/unlock", tag = "administration", operation_id = "unlockUser", security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "There is no lock any more", body = Success),
        (status = 403, description = "`FORBIDDEN`: no administrator, or by cookie from an origin that is not trusted", body = ProblemBody),
        (status = 401, description = "`STEP_UP_REQUIRED`: the proof is older than `step_up_minutes`", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: no such user", body = ProblemBody),
    )
)]
pub async fn unlock(
    call: Call,
    FreshAdmin(admin): FreshAdmin,
    id: Result<Path<UserId>, PathRejection>,
) -> Result<axum::Json<Success>, Problem> {
    let Path(id) = id.map_err(|_| Code::NotFound)?;
    accounts::unlock(&call, id, &admin.user.id.to_string()).await?;
    Ok(axum::Json(Success::yes()))
}

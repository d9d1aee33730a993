//! `POST /admin/users/{id}/unlock`

use crate::{
    accounts,
    http::kit::{
        authentication::Admin,
        bodies::{ProblemBody, Success},
        call::Call,
        problem::Problem,
    },
    ids::UserId,
};
use axum::{
    Json,
    extract::{Path, rejection::PathRejection},
};
use mana_auth_hygiene::Code;

/// Lifts the lock that failed sign-ins have set on an account. One that isn't locked stays so.
#[utoipa::path(
    post, path = "/api/v1/auth/admin/users/{id}/unlock", tag = "administration", operation_id = "unlockUser", security(("bearer" = []), ("cookie" = [])),
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 200, description = "There is no lock any more", body = Success),
        (status = 403, description = "`FORBIDDEN`: no administrator, or by cookie from an origin that is not trusted", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: no such user", body = ProblemBody),
    )
)]
pub async fn unlock(
    call: Call,
    Admin(admin): Admin,
    id: Result<Path<UserId>, PathRejection>,
) -> Result<Json<Success>, Problem> {
    let Path(id) = id.map_err(|_| Code::NotFound)?;
    accounts::unlock(&call, id, &admin.user.id.to_string()).await?;
    Ok(Json(Success::yes()))
}

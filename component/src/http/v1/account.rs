//! `DELETE /account`

use crate::{
    credentials::{self, Purpose},
    http::kit::{
        bodies::{ProblemBody, Success},
        call::Call,
        cookies::{self, SetCookies},
        fresh::{Fresh, Proves},
        problem::Problem,
    },
    passwords::Password,
};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct DeleteAccountBody {
    /// Not needed where the user has proven lately who they are.
    password: Option<Password>,
}

impl Proves for DeleteAccountBody {
    const PURPOSE: Purpose = Purpose::AccountDeletion;

    fn password(&self) -> Option<&Password> {
        self.password.as_ref()
    }
}

/// Deletes the account, its sessions and its tokens. Needs the password, or a proof that is no older than `step_up_minutes`.
#[utoipa::path(
    delete, path = "/api/v1/auth/account", tag = "accounts", operation_id = "deleteAccount", request_body = Option<DeleteAccountBody>,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The account is deleted", body = Success, headers(("set-cookie" = String, description = "clears the session cookie"))),
        (status = 401, description = "`INVALID_CREDENTIALS`: a wrong password; `STEP_UP_REQUIRED`: no password, and none was shown lately", body = ProblemBody),
        (status = 429, description = "`ACCOUNT_LOCKED`: too many wrong passwords", body = ProblemBody),
    )
)]
pub async fn delete(
    call: Call,
    headers: HeaderMap,
    fresh: Fresh<DeleteAccountBody>,
) -> Result<Response, Problem> {
    credentials::delete_account(&call, &fresh.caller.user, fresh.proof).await?;
    Ok((SetCookies(cookies::clear(&headers, call.settings)?), axum::Json(Success::yes())).into_response())
}

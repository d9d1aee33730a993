//! `POST /change-password`

use super::renewed::{self, Renewed};
use crate::{
    credentials::{self, Purpose},
    http::kit::{
        bodies::ProblemBody,
        call::Call,
        fresh::{Fresh, Proves},
        problem::Problem,
    },
    passwords::{NewPassword, Password},
    sessions::OldChain,
};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePasswordBody {
    current_password: Password,
    new_password: NewPassword,
}

impl Proves for ChangePasswordBody {
    const PURPOSE: Purpose = Purpose::PasswordChange;

    fn password(&self) -> Option<&Password> {
        Some(&self.current_password)
    }
}

/// Changes the password. Every other session ends; this one gets a new cookie, and its earlier access tokens are refused with
/// `TOKEN_EXPIRED`. By cookie, its refresh tokens end too. By token, its old refresh token works once more within 15 minutes,
/// as long as the new one is unused.
#[utoipa::path(
    post, path = "/api/v1/auth/change-password", tag = "accounts", operation_id = "changePassword", request_body = ChangePasswordBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The password is changed", body = Renewed, headers(("set-cookie" = String, description = "the new session cookie"))),
        (status = 401, description = "`INVALID_CREDENTIALS`: a wrong current password", body = ProblemBody),
        (status = 429, description = "`ACCOUNT_LOCKED`: too many wrong passwords", body = ProblemBody),
    )
)]
pub async fn change_password(
    call: Call,
    headers: HeaderMap,
    fresh: Fresh<ChangePasswordBody>,
) -> Result<Response, Problem> {
    let Fresh { caller, cookie, proof, body } = fresh;
    let old_chain = if cookie.is_none() { OldChain::LeadsOn } else { OldChain::Ends };
    let signed_in =
        credentials::change_password(&call, &caller, proof, &body.new_password, old_chain).await?;
    renewed::answer(&call, &headers, signed_in, cookie.is_none(), None)
}

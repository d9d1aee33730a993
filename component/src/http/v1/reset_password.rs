//! `POST /reset-password`

use crate::{
    credentials,
    email::Email,
    http::kit::{
        bodies::{ProblemBody, Success},
        body::Json,
        call::Call,
        cookies,
        mailed::mailed,
        problem::Problem,
    },
    passwords::NewPassword,
};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResetPasswordBody {
    /// Of the link in the mail; else `email` and `code`.
    token: Option<String>,
    /// The address that the code was mailed to.
    email: Option<Email>,
    /// The code in the mail, as it is typed: blanks, dashes and case don't count.
    #[schema(example = "K7QM-2XRT")]
    code: Option<String>,
    new_password: NewPassword,
}

/// Sets another password, by what was mailed. Every session of the account ends, and the account is to be signed in to again. A password
/// that is refused spends neither token nor link. A code has five attempts.
#[utoipa::path(
    post, path = "/api/v1/auth/reset-password", tag = "accounts", operation_id = "resetPassword", request_body = ResetPasswordBody,
    responses(
        (status = 200, description = "The password is set", body = Success),
        (status = 400, description = "`TOKEN_INVALID`: wrong, used or past its time, alike; `VALIDATION_FAILED`: also for a password that is too easy to guess", body = ProblemBody),
    )
)]
pub async fn reset_password(
    call: Call,
    headers: HeaderMap,
    Json(body): Json<ResetPasswordBody>,
) -> Result<axum::Json<Success>, Problem> {
    let mailed = mailed(body.token, body.email, body.code)?;
    let browser = cookies::challenge(&headers, call.settings);
    credentials::reset_password(&call, mailed, &body.new_password, browser.as_ref()).await?;
    Ok(axum::Json(Success::yes()))
}

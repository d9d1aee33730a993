//! `/change-email`

use crate::{
    credentials::{self, ChangeEmail, Purpose},
    email::Email,
    http::kit::{
        authentication::Authenticated,
        bodies::{ProblemBody, Sent, Success},
        body::Json,
        call::Call,
        cookies,
        fresh::{Fresh, Proves},
        mailed::token_or_code,
        problem::Problem,
        redirect_to::redirect,
    },
    passwords::Password,
    secrets::ChallengeToken,
};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeEmailBody {
    new_email: Email,
    /// Not needed where the user has proven lately who they are.
    password: Option<Password>,
    /// Where the link in the mail leads, as for `POST /forgot-password`.
    #[schema(max_length = 1024)]
    redirect_to: Option<String>,
}

impl Proves for ChangeEmailBody {
    const PURPOSE: Purpose = Purpose::EmailChange;

    fn password(&self) -> Option<&Password> {
        self.password.as_ref()
    }
}

#[derive(Deserialize, ToSchema)]
pub struct ConfirmEmailBody {
    /// Of the link in the mail; else `code`.
    token: Option<String>,
    /// The code in the mail, as it is typed: blanks don't count.
    #[schema(example = "K7QM-2XRT")]
    code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub struct TokenBody {
    /// Of the link in the mail.
    token: String,
}

/// Mails the confirmation of another address to that address, unless it is taken: nobody is told. Needs the password, or a proof that is no
/// older than `step_up_minutes`.
#[utoipa::path(
    post, path = "/api/v1/auth/change-email", tag = "accounts", operation_id = "changeEmail", request_body = ChangeEmailBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "Whether or not the address is free", body = Sent),
        (status = 401, description = "`INVALID_CREDENTIALS`: a wrong password; `STEP_UP_REQUIRED`: no password, and none was shown lately", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: this service has no mail", body = ProblemBody),
        (status = 429, description = "`ACCOUNT_LOCKED`: too many wrong passwords", body = ProblemBody),
    )
)]
pub async fn change_email(call: Call, fresh: Fresh<ChangeEmailBody>) -> Result<axum::Json<Sent>, Problem> {
    let Fresh { caller, proof, body, .. } = fresh;
    let asked = ChangeEmail { new: body.new_email, redirect: redirect(&call, body.redirect_to.as_deref())? };
    credentials::change_email(&call, &caller.user, proof, &asked).await?;
    Ok(axum::Json(Sent::IF_FREE))
}

/// Allows a change of one's own address, by what was mailed to the old one (`change_email_confirm_old`). The new one is mailed then.
#[utoipa::path(
    post, path = "/api/v1/auth/change-email/allow", tag = "accounts", operation_id = "allowEmailChange", request_body = TokenBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The new address was mailed", body = Success),
        (status = 400, description = "`TOKEN_INVALID`: wrong, used or past its time, alike", body = ProblemBody),
    )
)]
pub async fn allow_email_change(
    call: Call,
    Authenticated { caller, .. }: Authenticated,
    headers: HeaderMap,
    Json(body): Json<TokenBody>,
) -> Result<axum::Json<Success>, Problem> {
    let browser = cookies::challenge(&headers, call.settings);
    let token = ChallengeToken::parse(&body.token);
    credentials::allow_email_change(&call, &caller.user, token, browser.as_ref()).await?;
    Ok(axum::Json(Success::yes()))
}

/// Changes one's own address, by what was mailed to the new one. Access tokens that name the old one are over: a refresh gets others. The old one
/// is told, can take it back for 7 days, and is nobody else's for as long.
#[utoipa::path(
    post, path = "/api/v1/auth/change-email/confirm", tag = "accounts", operation_id = "confirmEmailChange", request_body = ConfirmEmailBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The address is changed", body = Success),
        (status = 400, description = "`TOKEN_INVALID`: wrong, used or past its time, alike", body = ProblemBody),
        (status = 409, description = "`EMAIL_ALREADY_EXISTS`: it was taken meanwhile", body = ProblemBody),
    )
)]
pub async fn confirm_email_change(
    call: Call,
    Authenticated { caller, .. }: Authenticated,
    headers: HeaderMap,
    Json(body): Json<ConfirmEmailBody>,
) -> Result<axum::Json<Success>, Problem> {
    let mailed = token_or_code(body.token, body.code)?;
    let browser = cookies::challenge(&headers, call.settings);
    credentials::confirm_email_change(&call, &caller.user, &mailed, browser.as_ref()).await?;
    Ok(axum::Json(Success::yes()))
}

/// Takes a change of address back, by what was mailed to the old one. Every session ends, the password is taken away, and the way to another is
/// mailed.
#[utoipa::path(
    post, path = "/api/v1/auth/change-email/undo", tag = "accounts", operation_id = "undoEmailChange", request_body = TokenBody,
    responses(
        (status = 200, description = "The account has its old address again", body = Success),
        (status = 400, description = "`TOKEN_INVALID`: wrong, used or past its time, alike", body = ProblemBody),
        (status = 409, description = "`EMAIL_ALREADY_EXISTS`: an operator has given the address to another account", body = ProblemBody),
    )
)]
pub async fn undo_email_change(
    call: Call,
    headers: HeaderMap,
    Json(body): Json<TokenBody>,
) -> Result<axum::Json<Success>, Problem> {
    let browser = cookies::challenge(&headers, call.settings);
    credentials::undo_email_change(&call, ChallengeToken::parse(&body.token), browser.as_ref()).await?;
    Ok(axum::Json(Success::yes()))
}

//! `POST /resend-verification`, `POST /verify-email`

use crate::{
    credentials::{self, AskVerification, WithPassword},
    email::Email,
    http::kit::{
        bodies::{ProblemBody, Sent},
        body::Json,
        call::Call,
        cookies,
        mailed::mailed,
        origin::FirstParty,
        problem::Problem,
        redirect_to::source_app,
    },
    passwords::{NewPassword, Password},
};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResendVerificationBody {
    email: Email,
    /// Where the page leads once the address is proven: as `redirectTo` of `POST /forgot-password`.
    #[schema(max_length = 1024)]
    source_app_url: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyEmailBody {
    /// Of the link in the mail; else `email` and `code`.
    token: Option<String>,
    /// The address that the code was mailed to.
    email: Option<Email>,
    /// The code in the mail, as it is typed: blanks don't count.
    #[schema(example = "K7QM-2XRT")]
    code: Option<String>,
    /// The password that was registered: it stays then, with every session.
    password: Option<Password>,
    /// Another password, in its place.
    new_password: Option<NewPassword>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedEmail {
    success: bool,
    /// Where the page leads now, if an address of an app was given with what asked for the proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    source_app_url: Option<String>,
}

/// Mails the proof of an address, if it has an account whose address is not proven, or waits for one. The answer is the same if it has none, and if too much
/// was mailed.
#[utoipa::path(
    post, path = "/api/v1/auth/resend-verification", tag = "accounts", operation_id = "resendVerification", request_body = ResendVerificationBody,
    responses(
        (status = 200, description = "Whether or not there is anything to prove", body = Sent),
        (status = 400, description = "`VALIDATION_FAILED`: also for an address to lead to that is not trusted", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: a page of an origin that is not trusted", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: this service has no mail", body = ProblemBody),
    )
)]
pub async fn resend_verification(
    call: Call,
    _: FirstParty,
    headers: HeaderMap,
    Json(body): Json<ResendVerificationBody>,
) -> Result<axum::Json<Sent>, Problem> {
    let asked = AskVerification {
        email: body.email,
        source_app: source_app(&call, body.source_app_url.as_deref())?,
        device_cookies: cookies::devices(&headers, call.settings),
    };
    credentials::ask_verification(&call, asked).await?;
    Ok(axum::Json(Sent::IF_ANY))
}

/// Proves an address, by what was mailed; where `require_email_verification` is set, that makes the account. Whoever registered it may have
/// been somebody else, so password, sessions and devices of before go, unless the password is shown, too, or the browser is the one that registered. With `newPassword`, another takes its place; else one is chosen by `POST /forgot-password`.
#[utoipa::path(
    post, path = "/api/v1/auth/verify-email", tag = "accounts", operation_id = "verifyEmail", request_body = VerifyEmailBody,
    responses(
        (status = 200, description = "The address is proven", body = VerifiedEmail),
        (status = 400, description = "`TOKEN_INVALID`: wrong, used or past its time, alike; `VALIDATION_FAILED`: also for a password that is too easy to guess", body = ProblemBody),
        (status = 401, description = "`INVALID_CREDENTIALS`: a wrong `password`; nothing is spent", body = ProblemBody),
        (status = 429, description = "`ACCOUNT_LOCKED`: too many wrong passwords", body = ProblemBody),
    )
)]
pub async fn verify_email(
    call: Call,
    headers: HeaderMap,
    Json(body): Json<VerifyEmailBody>,
) -> Result<axum::Json<VerifiedEmail>, Problem> {
    let mailed = mailed(body.token, body.email, body.code)?;
    let browser = cookies::challenge(&headers, call.settings);
    let shown = credentials::shown_verification(&call, &mailed, browser.as_ref()).await?;
    let password = match (&body.password, &body.new_password) {
        (Some(password), _) => WithPassword::Same(password),
        (None, Some(new)) => WithPassword::New(new),
        (None, None) => WithPassword::None,
    };
    let app = credentials::verify_email(&call, &shown, password, browser.as_ref()).await?;
    let source_app_url = app.and_then(|app| call.settings.redirect(&app)).map(|app| app.to_string());
    Ok(axum::Json(VerifiedEmail { success: true, source_app_url }))
}

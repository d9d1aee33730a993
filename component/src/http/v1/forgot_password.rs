//! `POST /forgot-password`

use crate::{
    credentials::{self, ForgotPassword},
    email::Email,
    http::kit::{
        bodies::{ProblemBody, Sent},
        body::Json,
        call::Call,
        cookies,
        origin::FirstParty,
        problem::Problem,
        redirect_to::redirect,
    },
};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForgotPasswordBody {
    email: Email,
    /// Where the link in the mail leads, with `?token=`: one of `mail_redirects`, or without any, an address of a trusted
    /// origin. Without one: a page of the service.
    #[schema(max_length = 1024)]
    redirect_to: Option<String>,
}

/// Mails the way to a new password, if the address has an account. The answer is the same if it has none, and if too much was
/// mailed: 3 mails an hour and 10 a day for a network, and for an address. Of those of an address, browsers that have not signed in to it before get
/// 2 and 7.
#[utoipa::path(
    post, path = "/api/v1/auth/forgot-password", tag = "accounts", operation_id = "forgotPassword", request_body = ForgotPasswordBody,
    responses(
        (status = 200, description = "Whether or not there is such an account", body = Sent),
        (status = 400, description = "`VALIDATION_FAILED`: also for an address to lead to that is not trusted", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: a page of an origin that is not trusted", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: this service has no mail", body = ProblemBody),
    )
)]
pub async fn forgot_password(
    call: Call,
    _: FirstParty,
    headers: HeaderMap,
    Json(body): Json<ForgotPasswordBody>,
) -> Result<axum::Json<Sent>, Problem> {
    let asked = ForgotPassword {
        email: body.email,
        redirect: redirect(&call, body.redirect_to.as_deref())?,
        device_cookies: cookies::devices(&headers, call.settings),
    };
    credentials::forgot_password(&call, asked).await?;
    Ok(axum::Json(Sent::IF_ANY))
}

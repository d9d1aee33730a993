//! `POST /not-me`

use crate::{
    credentials,
    http::kit::{
        bodies::{ProblemBody, Success},
        body::Json,
        call::Call,
        cookies,
        problem::Problem,
    },
    secrets::ChallengeToken,
};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct NotMeBody {
    /// Of the link in the notice.
    token: String,
}

/// Says that what a notice told of was not oneself. Every session of the account ends, its password is taken away, and the way to
/// another is mailed.
#[utoipa::path(
    post, path = "/api/v1/auth/not-me", tag = "accounts", operation_id = "notMe", request_body = NotMeBody,
    responses(
        (status = 200, description = "Every session has ended", body = Success),
        (status = 400, description = "`TOKEN_INVALID`: wrong, used or past its time, alike", body = ProblemBody),
    )
)]
pub async fn not_me(
    call: Call,
    headers: HeaderMap,
    Json(body): Json<NotMeBody>,
) -> Result<axum::Json<Success>, Problem> {
    let browser = cookies::challenge(&headers, call.settings);
    credentials::not_me(&call, ChallengeToken::parse(&body.token), browser.as_ref()).await?;
    Ok(axum::Json(Success::yes()))
}

//! `POST /register`

use crate::{
    accounts::{self, By, Name, Registration, User},
    email::Email,
    http::kit::{bodies::ProblemBody, body::Json, call::Call, origin::FirstParty, problem::Failure},
    passwords::NewPassword,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct RegisterBody {
    #[schema(value_type = String, format = "email", max_length = 254)]
    email: Email,
    /// 12 to 256 characters that take at least 10⁸ guesses.
    #[schema(value_type = String, format = "password", min_length = 12, max_length = 256)]
    password: NewPassword,
    #[schema(value_type = Option<String>, max_length = 200)]
    name: Option<Name>,
}

#[derive(Serialize, ToSchema)]
pub struct UserBody {
    user: User,
}

/// Makes an account. It does not sign in.
#[utoipa::path(
    post, path = "/api/v1/auth/register", tag = "accounts", request_body = RegisterBody,
    responses(
        (status = 201, body = UserBody),
        (status = 400, description = "`VALIDATION_FAILED`: also for a password that is too easy to guess", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: a page of an origin that is not trusted", body = ProblemBody),
        (status = 409, description = "`EMAIL_ALREADY_EXISTS`", body = ProblemBody),
        (status = 415, description = "`UNSUPPORTED_MEDIA_TYPE`", body = ProblemBody),
        (status = 429, description = "`RATE_LIMITED`: too many registrations from the client", body = ProblemBody),
        (status = 503, description = "`OVERLOADED` or `STORAGE_UNAVAILABLE`", body = ProblemBody),
    )
)]
pub async fn register(
    call: Call,
    _: FirstParty,
    Json(body): Json<RegisterBody>,
) -> Result<(StatusCode, axum::Json<UserBody>), Failure> {
    let RegisterBody { email, password, name } = body;
    let registration = Registration { email, password, name: name.unwrap_or_default(), by: By::Stranger };
    let user = accounts::register(&call, registration).await?;
    Ok((StatusCode::CREATED, axum::Json(UserBody { user })))
}

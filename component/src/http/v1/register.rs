//! `POST /register`

use super::user::UserBody;
use crate::{
    accounts::{self, By, Name, Registration},
    email::Email,
    http::kit::{bodies::ProblemBody, body::Json, call::Call, origin::FirstParty, problem::Problem},
    passwords::NewPassword,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct RegisterBody {
    email: Email,
    password: NewPassword,
    name: Option<Name>,
}

#[derive(Serialize, ToSchema)]
pub struct Registered {
    user: UserBody,
}

/// Makes an account. It does not sign in.
#[utoipa::path(
    post, path = "/api/v1/auth/register", tag = "accounts", operation_id = "register", request_body = RegisterBody,
    responses(
        (status = 201, description = "The account", body = Registered),
        (status = 400, description = "`VALIDATION_FAILED`: also for a password that is too easy to guess", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: a page of an origin that is not trusted", body = ProblemBody),
        (status = 409, description = "`EMAIL_ALREADY_EXISTS`", body = ProblemBody),
        (status = 429, description = "`RATE_LIMITED`: too many registrations from the client", body = ProblemBody),
    )
)]
pub async fn register(
    call: Call,
    _: FirstParty,
    Json(body): Json<RegisterBody>,
) -> Result<(StatusCode, axum::Json<Registered>), Problem> {
    let RegisterBody { email, password, name } = body;
    let registration = Registration { email, password, name: name.unwrap_or_default(), by: By::Stranger };
    let user = accounts::register(&call, registration).await?;
    Ok((StatusCode::CREATED, axum::Json(Registered { user: user.into() })))
}

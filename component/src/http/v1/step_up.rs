//! `POST /step-up`

use super::renewed::{self, Renewed};
use crate::{
    credentials::{self, Purpose},
    http::kit::{
        bodies::ProblemBody,
        call::Call,
        fresh::{Fresh, Proves},
        problem::Problem,
    },
    passwords::Password,
    sessions::OldChain,
};
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
pub struct StepUpBody {
    password: Password,
}

impl Proves for StepUpBody {
    const PURPOSE: Purpose = Purpose::StepUp;

    fn password(&self) -> Option<&Password> {
        Some(&self.password)
    }
}

/// Proves again who one is. What was refused with `STEP_UP_REQUIRED` then succeeds in the same session for `step_up_minutes`. The
/// session gets a new cookie and new tokens; its earlier access tokens are refused with `TOKEN_EXPIRED`. By token, its old refresh token
/// works once more within 15 minutes, as long as the new one is unused.
#[utoipa::path(
    post, path = "/api/v1/auth/step-up", tag = "sessions", operation_id = "stepUp", request_body = StepUpBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "It is proven", body = Renewed, headers(("set-cookie" = String, description = "the new session cookie"))),
        (status = 401, description = "`INVALID_CREDENTIALS`: a wrong password", body = ProblemBody),
        (status = 429, description = "`ACCOUNT_LOCKED`: too many wrong passwords", body = ProblemBody),
    )
)]
pub async fn step_up(call: Call, headers: HeaderMap, fresh: Fresh<StepUpBody>) -> Result<Response, Problem> {
    let Fresh { caller, cookie, proof, .. } = fresh;
    let old_chain = if cookie.is_none() { OldChain::LeadsOn } else { OldChain::Ends };
    let signed_in = credentials::step_up(&call, &caller, proof, old_chain).await?;
    let auth_time = signed_in.session.auth_time.into();
    renewed::answer(&call, &headers, signed_in, cookie.is_none(), Some(auth_time))
}

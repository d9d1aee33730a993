//! `POST /maintenance`: housekeeping for hosts that do none by themselves.

use crate::{
    http::kit::{authentication::bearer_token, bodies::ProblemBody, call::Call, problem::Problem},
    maintenance as housekeeping,
    time::Span,
};
use axum::{Json, extract::FromRequestParts};
use http::request::Parts;
use mana_auth_hygiene::Code;
use serde::Serialize;
use utoipa::ToSchema;

/// What was done.
#[derive(Serialize, ToSchema)]
pub struct MaintenanceDone {
    #[schema(example = true)]
    success: bool,
    /// False where another process is at it.
    ran: bool,
    /// Whether more is left to do than one call does.
    more: bool,
}

/// Whoever shows the maintenance secret.
pub struct Maintainer(());

impl<S: Sync> FromRequestParts<S> for Maintainer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let call = Call::from_request_parts(parts, state).await?;
        let secret = call.settings.maintenance_secret.as_ref().ok_or(Code::NotFound)?;
        if secret.is(bearer_token(&parts.headers)) { Ok(Self(())) } else { Err(Problem::invalid_token()) }
    }
}

/// Writes what this instance gathered, and does a bounded amount of housekeeping.
#[utoipa::path(
    post, path = "/api/v1/auth/maintenance", tag = "operation", operation_id = "runMaintenance", security(("maintenance" = [])),
    responses(
        (status = 200, description = "What was done", body = MaintenanceDone),
        (status = 401, description = "`UNAUTHENTICATED`: not the maintenance secret", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: no maintenance secret is configured", body = ProblemBody),
    )
)]
pub async fn maintenance(call: Call, _: Maintainer) -> Result<Json<MaintenanceDone>, Problem> {
    housekeeping::flush(&call).await?;
    let report = housekeeping::run(&call, Span::seconds(0)).await?;
    Ok(Json(MaintenanceDone { success: true, ran: report.ran, more: report.more }))
}

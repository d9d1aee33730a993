//! `GET /admin/audit/verify`, `/admin/audit/checkpoint` and `/admin/audit/proof`

use crate::{
    audit::tree,
    error::FieldProblem,
    http::kit::{
        authentication::Admin, bodies::ProblemBody, call::Call, fields::DateTime, parameters::Parameters,
        problem::Problem,
    },
};
use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, header::CONTENT_TYPE};
use mana_auth_audit::Hash;
use mana_auth_hygiene::Code;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What going through the audit log has shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerificationBody {
    /// Whether every event that was looked at is what was signed.
    intact: bool,
    /// The first leaf that was looked at.
    from: u64,
    /// The leaf behind the last.
    to: u64,
    verified_at: DateTime,
    /// What was wrong first, in words.
    #[schema(required)]
    first_bad: Option<String>,
    /// Events that are still to be sealed, counted up to 100,000.
    unsealed: u64,
}

/// That an event is in the tree of the newest checkpoint (RFC 9162 §2.1.3). Hashes are in base64.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InclusionBody {
    event: Uuid,
    leaf: u64,
    leaf_hash: String,
    size: u64,
    path: Vec<String>,
    checkpoint: String,
}

/// That one tree has grown from another (RFC 9162 §2.1.4). Hashes are in base64.
#[derive(Serialize, ToSchema)]
pub struct ConsistencyBody {
    from: u64,
    to: u64,
    path: Vec<String>,
}

/// What proves it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ProofBody {
    /// Of `event`.
    Inclusion(InclusionBody),
    /// Of `from` and `to`.
    Consistency(ConsistencyBody),
}

/// Whether the audit log is what was signed: as housekeeping found when it last went through all of it, or a part of it now.
#[utoipa::path(
    get, path = "/api/v1/auth/admin/audit/verify", tag = "administration", operation_id = "verifyAuditLog", security(("bearer" = []), ("cookie" = [])),
    params(
        ("from" = Option<u64>, Query, description = "Looks now, from this leaf"),
        ("to" = Option<u64>, Query, description = "to before this one, at most 100,000 further"),
    ),
    responses(
        (status = 200, description = "What was found", body = VerificationBody),
        (status = 404, description = "`NOT_FOUND`: housekeeping has not gone through it yet", body = ProblemBody),
    )
)]
pub async fn verify(call: Call, _: Admin, parameters: Parameters) -> Result<Json<VerificationBody>, Problem> {
    let bound = |name| parameters.number(name, 0..=u64::MAX);
    let verification = match (bound("from")?, bound("to")?) {
        (Some(from), Some(to)) => tree::verify_range(&call, from, to).await?,
        (None, None) => tree::last_verification(&call).await?.ok_or(Code::NotFound)?,
        (Some(_), None) => return Err(FieldProblem::new("to", "must be set with `from`").into()),
        (None, Some(_)) => return Err(FieldProblem::new("from", "must be set with `to`").into()),
    };
    Ok(Json(VerificationBody {
        intact: verification.first_bad.is_none(),
        from: verification.from,
        to: verification.to,
        verified_at: verification.begun.into(),
        first_bad: verification.first_bad,
        unsealed: tree::count_unsealed().await?,
    }))
}

/// The newest checkpoint of the audit log: a signed note (C2SP `tlog-checkpoint`).
#[utoipa::path(
    get, path = "/api/v1/auth/admin/audit/checkpoint", tag = "administration", operation_id = "getAuditCheckpoint", security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The signed note", body = String, content_type = "text/plain; charset=utf-8"),
        (status = 404, description = "`NOT_FOUND`: nothing was sealed yet", body = ProblemBody),
    )
)]
pub async fn checkpoint(call: Call, _: Admin) -> Result<Response, Problem> {
    let note = tree::newest_checkpoint(&call).await?.ok_or(Code::NotFound)?;
    let mut response = note.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(response)
}

/// What proves to whoever keeps checkpoints that an event is in the audit log, or that the audit log has only grown.
#[utoipa::path(
    get, path = "/api/v1/auth/admin/audit/proof", tag = "administration", operation_id = "getAuditProof", security(("bearer" = []), ("cookie" = [])),
    params(
        ("event" = Option<Uuid>, Query, description = "The id of an event: proves that it is in the newest tree"),
        ("from" = Option<u64>, Query, minimum = 1, description = "Or the size of an older tree,"),
        ("to" = Option<u64>, Query, minimum = 1, description = "and of a newer: proves that it has grown from the older"),
    ),
    responses(
        (status = 200, description = "A proof of inclusion, or of consistency", body = ProofBody),
        (status = 404, description = "`NOT_FOUND`: no such event, or it is still to be sealed", body = ProblemBody),
    )
)]
pub async fn proof(call: Call, _: Admin, parameters: Parameters) -> Result<Json<ProofBody>, Problem> {
    let bound = |name| parameters.number(name, 1..=u64::MAX);
    match (parameters.id("event")?, bound("from")?, bound("to")?) {
        (Some(event), None, None) => {
            let proof = tree::inclusion(&call, event).await?;
            Ok(Json(ProofBody::Inclusion(InclusionBody {
                event,
                leaf: proof.leaf,
                leaf_hash: STANDARD.encode(proof.leaf_hash),
                size: proof.size,
                path: encoded(&proof.path),
                checkpoint: proof.checkpoint,
            })))
        }
        (None, Some(from), Some(to)) => {
            let proof = tree::consistency(&call, from, to).await?;
            let (from, to, path) = (proof.from, proof.to, encoded(&proof.path));
            Ok(Json(ProofBody::Consistency(ConsistencyBody { from, to, path })))
        }
        _ => Err(FieldProblem::new("event", "must be set alone, or `from` and `to` together").into()),
    }
}

fn encoded(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}

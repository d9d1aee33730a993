//! The bodies that many routes answer with.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The shape of every error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable; switch on it.
    #[schema(example = "INVALID_CREDENTIALS")]
    error: String,
    /// For people.
    #[schema(example = "Invalid email or password")]
    message: String,
    #[schema(example = 401)]
    status: u16,
    /// With `VALIDATION_FAILED`: what is wrong with which field.
    fields: Option<BTreeMap<String, String>>,
    /// In how many seconds trying again may help.
    retry_after_sec: Option<u64>,
}

/// That something was done.
#[derive(Serialize, ToSchema)]
pub struct Success {
    #[schema(example = true)]
    success: bool,
}

impl Success {
    /// It was.
    #[must_use]
    pub const fn yes() -> Self {
        Self { success: true }
    }
}

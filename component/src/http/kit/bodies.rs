//! The bodies that many routes answer with.

use mana_auth_hygiene::Code;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

/// The shape of every error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable; switch on it.
    error: ErrorCode,
    /// For people.
    #[schema(example = "Invalid email or password")]
    message: String,
    #[schema(example = 401)]
    status: u16,
    /// With `VALIDATION_FAILED`: what is wrong with which field.
    #[schema(nullable = false)]
    fields: Option<BTreeMap<String, String>>,
    /// In how many seconds trying again may help.
    #[schema(nullable = false)]
    retry_after_sec: Option<u64>,
    /// With `STEP_UP_REQUIRED`: the members of `POST /step-up` by which one proves again who one is. None where the account has no password: it
    /// gets one by `POST /forgot-password`.
    #[schema(nullable = false, example = json!(["password"]))]
    methods: Option<Vec<String>>,
    /// With `STEP_UP_REQUIRED`: how long such a proof is good, in seconds.
    #[schema(nullable = false)]
    max_age_sec: Option<u64>,
}

/// What went wrong: a code that is never renamed.
#[derive(Serialize)]
pub struct ErrorCode(String);

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        let codes = Code::ALL.iter().map(|code| code.as_str());
        let object = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
        RefOr::T(Schema::Object(
            object.description(Some("What went wrong. A code is never renamed.")).build(),
        ))
    }
}

impl ToSchema for ErrorCode {}

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

/// That a mail is on its way, if there is anybody to write to. The same whoever asks.
#[derive(Serialize, ToSchema)]
pub struct Sent {
    #[schema(example = true)]
    success: bool,
    /// For people.
    message: &'static str,
}

impl Sent {
    /// To an address that may have no account.
    pub const IF_ANY: Self =
        Self { success: true, message: "If the address has an account, a mail is on its way" };

    /// To an address that may have an account already.
    pub const IF_FREE: Self = Self { success: true, message: "If the address is free, a mail is on its way" };
}

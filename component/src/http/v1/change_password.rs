//! `POST /change-password`

use super::signed_in::SignedInBody;
use crate::{
    credentials,
    error::{Bug, Error},
    http::kit::{
        bodies::ProblemBody,
        call::Call,
        cookies::{self, SetCookies},
        fresh::{Fresh, Proves},
        problem::Failure,
    },
    passwords::{NewPassword, Password},
    sessions::OldChain,
};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePasswordBody {
    current_password: Password,
    new_password: NewPassword,
}

impl Proves for ChangePasswordBody {
    const REASON: &'static str = "password_change";

    fn password(&self) -> &Password {
        &self.current_password
    }
}

#[derive(Serialize, ToSchema)]
pub struct PasswordChanged {
    #[schema(example = true)]
    success: bool,
    /// For those who came with a bearer token, which is no longer accepted: new ones.
    #[serde(flatten)]
    tokens: Option<SignedInBody>,
}

/// Changes the password. Every other session ends; this one gets a new cookie, and its earlier access tokens are refused with
/// `TOKEN_EXPIRED`. By cookie, its refresh tokens end too. By token, its old refresh token works once more within 15 minutes,
/// as long as the new one is unused.
#[utoipa::path(
    post, path = "/api/v1/auth/change-password", tag = "accounts", request_body = ChangePasswordBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, body = PasswordChanged, headers(("set-cookie" = String, description = "the new session cookie"))),
        (status = 400, description = "`VALIDATION_FAILED`", body = ProblemBody),
        (status = 401, description = "`UNAUTHENTICATED`; `TOKEN_EXPIRED`: refresh; `INVALID_CREDENTIALS`: a wrong current password", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: by cookie from an origin that is not trusted", body = ProblemBody),
        (status = 429, description = "`ACCOUNT_LOCKED`: too many wrong passwords", body = ProblemBody),
        (status = 503, description = "`OVERLOADED` or `STORAGE_UNAVAILABLE`", body = ProblemBody),
    )
)]
pub async fn change_password(
    call: Call,
    headers: HeaderMap,
    fresh: Fresh<ChangePasswordBody>,
) -> Result<Response, Failure> {
    let Fresh { caller, cookie, proof, body } = fresh;
    let old_chain = if cookie.is_none() { OldChain::LeadsOn } else { OldChain::Ends };
    let signed_in =
        credentials::change_password(&call, &caller, proof, &body.new_password, old_chain).await?;
    let new_cookie = signed_in.cookie.as_ref().ok_or(Error::Bug(Bug::Missing("a renewed cookie")))?;
    let new_cookie = cookies::set(call.settings, new_cookie, &signed_in.session, call.now)?;
    let tokens = cookie.is_none().then(|| SignedInBody::from(signed_in));
    let cookies = [new_cookie, cookies::clear_cache(call.settings)?].into_iter();
    let cookies = cookies.chain(cookies::clear_others(&headers, call.settings)?);
    Ok((SetCookies(cookies), axum::Json(PasswordChanged { success: true, tokens })).into_response())
}

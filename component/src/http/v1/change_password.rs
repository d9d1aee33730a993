//! `POST /change-password`

use super::{signed_in::SignedInBody, user::UserBody};
use crate::{
    credentials::{self, Purpose},
    error::{Bug, Failure},
    http::kit::{
        bodies::ProblemBody,
        call::Call,
        cookies::{self, SetCookies},
        fresh::{Fresh, Proves},
        problem::Problem,
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
    const PURPOSE: Purpose = Purpose::PasswordChange;

    fn password(&self) -> &Password {
        &self.current_password
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordChanged {
    #[schema(example = true)]
    success: bool,
    /// As the members that follow, for those who came with a bearer token, which is no longer accepted: new tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user: Option<UserBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_type: Option<&'static str>,
}

impl PasswordChanged {
    /// Without new tokens.
    const DONE: Self = Self {
        success: true,
        user: None,
        access_token: None,
        refresh_token: None,
        expires_in: None,
        token_type: None,
    };

    fn with(tokens: SignedInBody) -> Self {
        let SignedInBody { user, access_token, refresh_token, expires_in, token_type } = tokens;
        Self {
            success: true,
            user: Some(user),
            access_token: Some(access_token),
            refresh_token: Some(refresh_token),
            expires_in: Some(expires_in),
            token_type: Some(token_type),
        }
    }
}

/// Changes the password. Every other session ends; this one gets a new cookie, and its earlier access tokens are refused with
/// `TOKEN_EXPIRED`. By cookie, its refresh tokens end too. By token, its old refresh token works once more within 15 minutes,
/// as long as the new one is unused.
#[utoipa::path(
    post, path = "/api/v1/auth/change-password", tag = "accounts", operation_id = "changePassword", request_body = ChangePasswordBody,
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The password is changed", body = PasswordChanged, headers(("set-cookie" = String, description = "the new session cookie"))),
        (status = 401, description = "`INVALID_CREDENTIALS`: a wrong current password", body = ProblemBody),
        (status = 429, description = "`ACCOUNT_LOCKED`: too many wrong passwords", body = ProblemBody),
    )
)]
pub async fn change_password(
    call: Call,
    headers: HeaderMap,
    fresh: Fresh<ChangePasswordBody>,
) -> Result<Response, Problem> {
    let Fresh { caller, cookie, proof, body } = fresh;
    let old_chain = if cookie.is_none() { OldChain::LeadsOn } else { OldChain::Ends };
    let signed_in =
        credentials::change_password(&call, &caller, proof, &body.new_password, old_chain).await?;
    let new_cookie = signed_in.cookie.as_ref().ok_or(Failure::Bug(Bug::Missing("a renewed cookie")))?;
    let new_cookie = cookies::set(call.settings, new_cookie, &signed_in.session, call.now)?;
    let changed = match cookie {
        Some(_) => PasswordChanged::DONE,
        None => PasswordChanged::with(signed_in.into()),
    };
    let cookies = [new_cookie, cookies::clear_cache(call.settings)?].into_iter();
    let cookies = cookies.chain(cookies::clear_others(&headers, call.settings)?);
    Ok((SetCookies(cookies), axum::Json(changed)).into_response())
}

//! `/magic-link`

use super::signed_in::{self, SignedInBody};
use crate::{
    credentials::{self, AskMagicLink, UseMagicLink},
    email::Email,
    http::kit::{
        bodies::{ProblemBody, Sent},
        body::Json,
        call::Call,
        cookies::{self, SetCookies},
        mailed::token_or_code,
        origin::FirstParty,
        problem::Problem,
        redirect_to::redirect,
    },
    secrets::{AskedFor, ChallengeCookie},
    sessions::Device,
};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskMagicLinkBody {
    email: Email,
    /// 30 days instead of 7.
    remember_me: Option<bool>,
    /// Where the link in the mail leads, as for `POST /forgot-password`.
    #[schema(max_length = 1024)]
    redirect_to: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UseMagicLinkBody {
    /// Of the link in the mail; else `code`.
    token: Option<String>,
    /// The code in the mail that this browser last asked for, as it is typed: blanks don't count.
    #[schema(example = "304 118")]
    code: Option<String>,
    /// As for `POST /login`.
    device_id: Option<String>,
    /// As for `POST /login`.
    device_name: Option<String>,
}

/// Mails a link and a code that sign in, if the address has an account. The answer is the same if it has none, and if too much was
/// mailed. They work in the browser that asked alone, which gets a cookie for it: within 15 minutes, and once.
#[utoipa::path(
    post, path = "/api/v1/auth/magic-link", tag = "sessions", operation_id = "askMagicLink", request_body = AskMagicLinkBody,
    responses(
        (status = 200, description = "Whether or not there is such an account", body = Sent, headers(("set-cookie" = String, description = "the challenge cookie"))),
        (status = 400, description = "`VALIDATION_FAILED`: also for an address to lead to that is not trusted", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: a page of an origin that is not trusted", body = ProblemBody),
        (status = 404, description = "`NOT_FOUND`: this service has no mail", body = ProblemBody),
    )
)]
pub async fn ask_magic_link(
    call: Call,
    _: FirstParty,
    headers: HeaderMap,
    Json(body): Json<AskMagicLinkBody>,
) -> Result<Response, Problem> {
    let about = AskedFor::MagicLink.about(&call.settings.keyring, body.email.as_str());
    let browser = ChallengeCookie::after(cookies::challenge(&headers, call.settings), about);
    let asked = AskMagicLink {
        email: body.email,
        redirect: redirect(&call, body.redirect_to.as_deref())?,
        remember_me: body.remember_me.unwrap_or(false),
        browser: &browser,
        device_cookies: cookies::devices(&headers, call.settings),
    };
    credentials::ask_magic_link(&call, asked).await?;
    let cookie = cookies::set_challenge(call.settings, &browser)?;
    Ok((SetCookies([cookie]), axum::Json(Sent::IF_ANY)).into_response())
}

/// Signs the browser in that asked for the link. The session that the request came with ends.
#[utoipa::path(
    post, path = "/api/v1/auth/magic-link/verify", tag = "sessions", operation_id = "useMagicLink", request_body = UseMagicLinkBody,
    responses(
        (status = 200, description = "Tokens, and the session cookie", body = SignedInBody, headers(("set-cookie" = String, description = "the session cookie"))),
        (status = 400, description = "`TOKEN_INVALID`: wrong, used, past its time, or of another browser, alike", body = ProblemBody),
        (status = 403, description = "`ACCOUNT_BANNED`; `FORBIDDEN` for an origin that is not trusted", body = ProblemBody),
    )
)]
pub async fn use_magic_link(
    call: Call,
    _: FirstParty,
    headers: HeaderMap,
    Json(body): Json<UseMagicLinkBody>,
) -> Result<Response, Problem> {
    let device = Device::of(&call.client, body.device_id.as_deref(), body.device_name.as_deref());
    let request = UseMagicLink {
        mailed: token_or_code(body.token, body.code)?,
        browser: cookies::challenge(&headers, call.settings),
        device,
        device_cookies: cookies::devices(&headers, call.settings),
        replaces: cookies::sessions(&headers, call.settings),
    };
    signed_in::answer(&call, &headers, credentials::use_magic_link(&call, request).await?)
}

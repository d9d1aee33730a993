//! `POST /register`

use super::user::UserBody;
use crate::{
    accounts::{By, Name, Registration},
    email::Email,
    http::kit::{
        bodies::ProblemBody,
        body::Json,
        call::Call,
        cookies::{self, SetCookies},
        origin::FirstParty,
        problem::Problem,
        redirect_to::source_app,
    },
    passwords::NewPassword,
    registrations::{self, Origin},
    secrets::{AskedFor, ChallengeCookie},
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterBody {
    email: Email,
    password: NewPassword,
    name: Option<Name>,
    /// Where the page leads once the address is proven: as `redirectTo` of `POST /forgot-password`.
    #[schema(max_length = 1024)]
    source_app_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Registered {
    user: UserBody,
}

/// Makes an account. It does not sign in. Where `require_email_verification` is set, there is no account before the address is proven, by what is
/// mailed: the answer is the same for an address that has one, whose owner is told. The cookie `mana_challenge` is of the browser that keeps
/// its password by that.
#[utoipa::path(
    post, path = "/api/v1/auth/register", tag = "accounts", operation_id = "register", request_body = RegisterBody,
    responses(
        (status = 201, description = "The account, or what waits for one", body = Registered, headers(("set-cookie" = String, description = "the challenge cookie, where the address must be proven"))),
        (status = 400, description = "`VALIDATION_FAILED`: also for a password that is too easy to guess", body = ProblemBody),
        (status = 403, description = "`FORBIDDEN`: a page of an origin that is not trusted", body = ProblemBody),
        (status = 409, description = "`EMAIL_ALREADY_EXISTS`, unless the address must be proven", body = ProblemBody),
        (status = 429, description = "`RATE_LIMITED`: too many registrations from the client", body = ProblemBody),
    )
)]
pub async fn register(
    call: Call,
    _: FirstParty,
    headers: HeaderMap,
    Json(body): Json<RegisterBody>,
) -> Result<(StatusCode, SetCookies<Option<HeaderValue>>, axum::Json<Registered>), Problem> {
    let RegisterBody { email, password, name, source_app_url } = body;
    let registration = Registration { email, password, name: name.unwrap_or_default(), by: By::Stranger };
    let about = AskedFor::Registration.about(&call.settings.keyring, registration.email.as_str());
    let before = cookies::challenge(&headers, call.settings);
    let browser = call.settings.require_email_verification.then(|| ChallengeCookie::after(before, about));
    let source_app = source_app(&call, source_app_url.as_deref())?;
    let origin = Origin { browser: browser.as_ref(), source_app };
    let user = registrations::register(&call, registration, origin).await?;
    let cookie = browser.map(|browser| cookies::set_challenge(call.settings, &browser)).transpose()?;
    Ok((StatusCode::CREATED, SetCookies(cookie), axum::Json(Registered { user: user.into() })))
}

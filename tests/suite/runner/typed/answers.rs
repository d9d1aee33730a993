//! What an embedder's face says of what the functions answer, as the routes say it.

use http::{HeaderValue, Response, header};
use jiff::Timestamp;
use mana_auth::bindings::exports::mana::auth::{
    token_signing::SignedToken,
    types::{Refusal, Role, SignedIn, User},
};
use mana_auth_hygiene::{Code, Problem};
use serde_json::{Value, json};

/// What a function answered.
pub enum Answered {
    SignedIn(SignedIn),
    PasswordChanged(SignedIn),
    SignedOut,
    Registered(User),
    Profile(User),
    Token(SignedToken, User),
    Done,
    Refused(Refusal),
}

/// The answer.
pub fn response(answered: Answered) -> Response<Vec<u8>> {
    match answered {
        Answered::SignedIn(signed_in) => {
            let body = tokens(&signed_in);
            with_cookies(json_of(200, &body), &signed_in)
        }
        Answered::PasswordChanged(signed_in) => {
            let mut body = tokens(&signed_in);
            body["success"] = json!(true);
            with_cookies(json_of(200, &body), &signed_in)
        }
        Answered::SignedOut => json_of(200, &json!({ "success": true, "message": "Signed out" })),
        Answered::Registered(made) => json_of(201, &json!({ "user": user(&made) })),
        Answered::Profile(changed) => {
            let mut profile = user(&changed);
            profile.as_object_mut().expect("an object").remove("updatedAt");
            profile["language"] = json!(changed.language);
            json_of(200, &profile)
        }
        Answered::Token(SignedToken { token, expires_in }, of) => {
            json_of(200, &json!({ "token": token, "expiresIn": expires_in, "user": user(&of) }))
        }
        Answered::Done => json_of(200, &json!({ "success": true })),
        Answered::Refused(refusal) => refused(refusal),
    }
}

fn json_of(status: u16, body: &Value) -> Response<Vec<u8>> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    response.header(header::CACHE_CONTROL, "no-store").body(body.to_string().into_bytes()).expect("an answer")
}

fn user(user: &User) -> Value {
    let time = |at: u64| format!("{:.3}", Timestamp::from_millisecond(at.cast_signed()).expect("a time"));
    json!({
        "id": user.id, "email": user.email, "name": user.name, "image": user.image,
        "role": match user.role { Role::User => "user", Role::Admin => "admin", Role::Service => "service" },
        "emailVerified": user.email_verified,
        "createdAt": time(user.created_at), "updatedAt": time(user.updated_at),
    })
}

fn tokens(signed_in: &SignedIn) -> Value {
    json!({
        "user": user(&signed_in.user), "accessToken": signed_in.access_token,
        "refreshToken": signed_in.refresh_token, "expiresIn": signed_in.expires_in, "tokenType": "Bearer",
    })
}

fn with_cookies(mut response: Response<Vec<u8>>, signed_in: &SignedIn) -> Response<Vec<u8>> {
    let cookies = [("mana_session", &signed_in.cookie), ("mana_device", &signed_in.device_token)];
    for (name, value) in cookies {
        if let Some(value) = value {
            let cookie = format!("{name}={value}; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax");
            response.headers_mut().append(header::SET_COOKIE, cookie.parse().expect("a value"));
        }
    }
    response
}

fn refused(refusal: Refusal) -> Response<Vec<u8>> {
    let is_expired = matches!(refusal, Refusal::TokenExpired);
    let problem = match refusal {
        Refusal::Invalid(problems) => {
            problems.into_iter().fold(Problem::new(Code::ValidationFailed), |problem, wrong| {
                problem.field(wrong.field, wrong.message)
            })
        }
        Refusal::InvalidCredentials => Problem::new(Code::InvalidCredentials),
        Refusal::Unauthenticated => Problem::new(Code::Unauthenticated),
        Refusal::TokenExpired => Problem::new(Code::TokenExpired),
        Refusal::InvalidRefreshToken => Problem::new(Code::InvalidRefreshToken),
        Refusal::EmailNotVerified => Problem::new(Code::EmailNotVerified),
        Refusal::Banned => Problem::new(Code::AccountBanned),
        Refusal::Locked(seconds) => Problem::new(Code::AccountLocked).retry_after(seconds),
        Refusal::RateLimited(seconds) => Problem::new(Code::RateLimited).retry_after(seconds),
        Refusal::Forbidden => Problem::new(Code::Forbidden),
        Refusal::EmailTaken => Problem::new(Code::EmailAlreadyExists),
        Refusal::NotFound => Problem::new(Code::NotFound),
        Refusal::Busy => Problem::new(Code::Overloaded).retry_after(1),
        Refusal::Unavailable => Problem::new(Code::StorageUnavailable).retry_after(1),
        Refusal::Internal => Problem::new(Code::Internal),
    };
    let mut response = problem.response();
    if is_expired {
        let challenge = HeaderValue::from_static(r#"Bearer error="invalid_token""#);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

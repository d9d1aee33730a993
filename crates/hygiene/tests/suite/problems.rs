use http::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use mana_auth_hygiene::{Code, ErrorStatus, Problem};
use std::collections::HashSet;

/// The contract's list, in its order.
const CONTRACT: &str = "VALIDATION_FAILED 400 INVALID_CREDENTIALS 401 UNAUTHENTICATED 401 TOKEN_EXPIRED 401 \
    INVALID_REFRESH_TOKEN 401 STEP_UP_REQUIRED 401 EMAIL_NOT_VERIFIED 403 FORBIDDEN 403 ACCOUNT_BANNED 403 \
    NOT_FOUND 404 METHOD_NOT_ALLOWED 405 HTTPS_REQUIRED 403 EMAIL_ALREADY_EXISTS 409 SLUG_ALREADY_EXISTS 409 \
    CONFLICT 409 PAYLOAD_TOO_LARGE 413 UNSUPPORTED_MEDIA_TYPE 415 REQUEST_TIMEOUT 408 HEADERS_TOO_LARGE 431 \
    TOKEN_INVALID 400 ACCOUNT_LOCKED 429 RATE_LIMITED 429 INTERNAL 500 STORAGE_UNAVAILABLE 503 OVERLOADED 503";

fn text(problem: &Problem) -> String {
    String::from_utf8(problem.response().into_body()).unwrap()
}

#[test]
fn the_codes_are_those_of_the_contract() {
    let codes: Vec<_> =
        Code::ALL.iter().map(|code| format!("{} {}", code.as_str(), code.status().as_u16())).collect();
    assert_eq!(codes.join(" "), CONTRACT);
    assert_eq!(Code::ALL.iter().collect::<HashSet<_>>().len(), Code::ALL.len());
}

#[test]
fn each_code_has_its_answer() {
    for &code in Code::ALL {
        let response = Problem::new(code).response();
        let status = response.status().as_u16();
        assert_eq!(status, code.status().as_u16());
        assert!((400..600).contains(&status));
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert!(!response.headers().contains_key(RETRY_AFTER));
        // RFC 9110 §15.5.2: a 401 has a challenge.
        assert_eq!(response.headers().contains_key(WWW_AUTHENTICATE), status == 401, "{code:?}");
        let expected =
            format!(r#"{{"error":"{}","message":"{}","status":{status}}}"#, code.as_str(), code.message());
        assert_eq!(text(&code.into()), expected);
        assert!(!code.message().is_empty());
    }
}

#[test]
fn the_contract_fixes_these_messages() {
    assert_eq!(
        text(&Problem::new(Code::InvalidCredentials)),
        r#"{"error":"INVALID_CREDENTIALS","message":"Invalid email or password","status":401}"#
    );
    assert_eq!(Code::InvalidRefreshToken.message(), "Invalid refresh token");
}

#[test]
fn a_wait_stands_in_body_and_header() {
    let problem = Problem::new(Code::RateLimited).retry_after(30);
    assert_eq!(problem.response().headers()[RETRY_AFTER], "30");
    assert_eq!(
        text(&problem),
        r#"{"error":"RATE_LIMITED","message":"Too many requests, please try again later","status":429,"retryAfterSec":30}"#
    );
}

#[test]
fn fields_say_what_is_wrong_with_them() {
    let problem = Problem::new(Code::ValidationFailed)
        .message("Some fields are not valid")
        .field("password", "must be at least 12 characters")
        .field("email", String::from("is \"odd\"\u{0}<\u{fc}>"))
        .field("password", "a second trouble");
    assert_eq!(problem.code(), Code::ValidationFailed);
    assert_eq!(
        text(&problem),
        concat!(
            r#"{"error":"VALIDATION_FAILED","message":"Some fields are not valid","status":400,"fields":"#,
            r#"{"email":"is \"odd\"\u0000<ü>","password":"must be at least 12 characters"}}"#
        )
    );
}

#[test]
fn a_status_is_an_error() {
    for status in 100..=999 {
        let status = StatusCode::from_u16(status).unwrap();
        let error = ErrorStatus::new(status);
        assert_eq!(error.is_some(), (400..600).contains(&status.as_u16()), "{status}");
        assert!(error.is_none_or(|error| StatusCode::from(error) == status));
    }
}

//! The shapes that values in answers have.

use serde_json::Value;
use std::collections::BTreeSet;

/// What every user is shown as.
pub const USER: &[&str] =
    &["id", "email", "name", "image", "role", "emailVerified", "createdAt", "updatedAt"];

/// What a sign-in answers.
pub const SIGNED_IN: &[&str] = &["user", "accessToken", "refreshToken", "expiresIn", "tokenType"];

/// Exactly these members, no more and no fewer.
#[track_caller]
pub fn members(value: &Value, expected: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("not an object: {value}"));
    let found: BTreeSet<&str> = object.keys().map(String::as_str).collect();
    assert_eq!(found, expected.iter().copied().collect(), "members of {value}");
}

/// A text.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// A UUIDv7 in text form (RFC 9562 §5.7).
#[track_caller]
pub fn uuid(value: &Value) -> String {
    let id = text(value);
    let shape: String =
        id.chars().map(|c| if matches!(c, '0'..='9' | 'a'..='f') { 'x' } else { c }).collect();
    assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "{id}");
    assert_eq!(id.as_bytes()[14], b'7', "version of {id}");
    assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "variant of {id}");
    id
}

/// An id, whoever has made it; it.
#[track_caller]
pub fn id(value: &Value) -> String {
    let id = text(value);
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    assert!((1..=64).contains(&id.len()) && id.chars().all(is_allowed), "{id}");
    id
}

/// Milliseconds since the Unix epoch, from RFC 3339 in UTC with milliseconds.
#[track_caller]
pub fn time(value: &Value) -> u64 {
    let text = text(value);
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z", "{text}");
    let time: jiff::Timestamp = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    u64::try_from(time.as_millisecond()).expect("a time after 1970")
}

/// A user, as every answer shows it.
#[track_caller]
pub fn user(value: &Value) {
    members(value, USER);
    id(&value["id"]);
    assert!(text(&value["email"]).contains('@'));
    text(&value["name"]);
    assert!(value["image"].is_null() || value["image"].is_string());
    assert!(["user", "admin", "service"].contains(&text(&value["role"]).as_str()));
    assert!(value["emailVerified"].is_boolean());
    assert!(time(&value["createdAt"]) <= time(&value["updatedAt"]));
}

/// What a sign-in answers.
#[track_caller]
pub fn signed_in(value: &Value) {
    members(value, SIGNED_IN);
    user(&value["user"]);
    assert_eq!(value["expiresIn"], 900);
    assert_eq!(value["tokenType"], "Bearer");
    opaque(&text(&value["refreshToken"]));
    assert_eq!(text(&value["accessToken"]).split('.').count(), 3);
}

/// An opaque token of at least 256 bits in base64url.
#[track_caller]
pub fn opaque(token: &str) {
    assert!(token.len() >= 43, "a token of {} characters", token.len());
    assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.'));
}

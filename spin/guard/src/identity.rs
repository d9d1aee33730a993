//! What the auth service answers, read into what the app is told.

use crate::refusal::Refusal;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;

/// Who a live session belongs to. Each field fits into a header; one that doesn't is no answer of our service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user's id.
    pub id: HeaderValue,
    /// The user's address, in UTF-8.
    pub email: HeaderValue,
    /// Whether the address has been shown to be theirs.
    pub email_verified: bool,
    /// What the user may do.
    pub role: HeaderValue,
}

/// Everything that the app is given.
pub struct Given {
    /// Who it is.
    pub identity: Identity,
    /// The token for the app.
    pub token: HeaderValue,
}

#[derive(Deserialize)]
struct SessionAnswer {
    user: User,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    email: String,
    email_verified: bool,
    role: String,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: String,
}

/// Reads the answer of `GET /session`.
///
/// # Errors
///
/// `NoSession`, and `Unavailable` for whatever is neither a yes nor a no.
pub fn session(status: StatusCode, body: &[u8]) -> Result<Identity, Refusal> {
    match status {
        StatusCode::OK => read_session(body).ok_or(Refusal::Unavailable("its answer is not understood")),
        other => Err(no(other)),
    }
}

/// Reads the answer of `POST /service-token`.
///
/// # Errors
///
/// As [`session`]; and `Misconfigured` where the service knows no such audience.
pub fn token(status: StatusCode, body: &[u8]) -> Result<HeaderValue, Refusal> {
    match status {
        StatusCode::OK => read_token(body).ok_or(Refusal::Unavailable("its answer is not understood")),
        StatusCode::BAD_REQUEST => Err(Refusal::Misconfigured(
            "guard_audience: the auth service has no such audience in its `token_audiences`".to_owned(),
        )),
        other => Err(no(other)),
    }
}

/// 401 is a no. Everything else is no answer, and never lets anyone through.
fn no(status: StatusCode) -> Refusal {
    match status {
        StatusCode::UNAUTHORIZED => Refusal::NoSession,
        // More than any session's cookie or token: it is none, and no trouble of the service's.
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Refusal::NoSession,
        status if status.is_server_error() => Refusal::Unavailable("it answers that it is in trouble"),
        _ => Refusal::Unavailable("it answers with a status that nobody expects"),
    }
}

fn read_session(body: &[u8]) -> Option<Identity> {
    let SessionAnswer { user } = serde_json::from_slice(body).ok()?;
    Some(Identity {
        id: value(user.id)?,
        email: value(user.email)?,
        email_verified: user.email_verified,
        role: value(user.role)?,
    })
}

fn read_token(body: &[u8]) -> Option<HeaderValue> {
    let TokenAnswer { token } = serde_json::from_slice(body).ok()?;
    let mut token = value(token)?;
    token.set_sensitive(true);
    Some(token)
}

fn value(text: String) -> Option<HeaderValue> {
    HeaderValue::try_from(text).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SESSION: &[u8] = br#"{"user":{"id":"1","email":"ada@example.com","name":"Ada","role":"admin","emailVerified":true},"session":{}}"#;

    #[test]
    fn a_session_is_read() {
        let identity = session(StatusCode::OK, SESSION).expect("an identity");
        assert_eq!(
            (identity.id.as_bytes(), identity.role.as_bytes()),
            (b"1".as_slice(), b"admin".as_slice())
        );
        assert!(identity.email_verified);
        assert_eq!(token(StatusCode::OK, br#"{"token":"a.b.c","expiresIn":60}"#).expect("a token"), "a.b.c");
    }

    #[test]
    fn what_is_neither_yes_nor_no_is_unavailable() {
        for status in [500, 503, 502, 429, 404, 403, 302, 204, 201] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert!(matches!(session(status, SESSION), Err(Refusal::Unavailable(_))), "{status}");
        }
        for body in [
            "",
            "{}",
            "null",
            r#"{"user":null}"#,
            r#"{"user":{"id":"","email":"a@b","role":"user","emailVerified":true}}"#,
            r#"{"user":{"id":"1\r\nmana-user-role: admin","email":"a@b","role":"user","emailVerified":true}}"#,
            r#"{"user":{"id":"1","email":"a@b","role":"user"}}"#,
        ] {
            assert!(
                matches!(session(StatusCode::OK, body.as_bytes()), Err(Refusal::Unavailable(_))),
                "{body}"
            );
        }
    }

    #[test]
    fn an_ended_session_and_an_unknown_audience_are_told_apart() {
        assert!(matches!(session(StatusCode::UNAUTHORIZED, b""), Err(Refusal::NoSession)));
        assert!(matches!(token(StatusCode::UNAUTHORIZED, b""), Err(Refusal::NoSession)));
        assert!(matches!(token(StatusCode::BAD_REQUEST, b""), Err(Refusal::Misconfigured(_))));
        assert!(matches!(token(StatusCode::FORBIDDEN, b""), Err(Refusal::Unavailable(_))));
    }

    proptest! {
        /// Nothing but a 200 lets anyone through, whatever the body says.
        #[test]
        fn only_a_yes_is_a_yes(status in 100_u16..1000, body in prop::collection::vec(any::<u8>(), 0..64)) {
            let status = StatusCode::from_u16(status).expect("a status");
            prop_assert!(status == StatusCode::OK || session(status, SESSION).is_err());
            prop_assert!(session(StatusCode::OK, &body).is_err());
        }
    }
}

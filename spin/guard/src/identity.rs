//! What the auth service answers, read into what the app is told.

use crate::{proof::Proof, rejection::Rejection};
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

/// Everything that the auth service tells.
pub struct Given {
    /// Who it is.
    pub identity: Identity,
    /// How lately they proved it.
    pub proof: Proof,
    /// The token for the app.
    pub token: HeaderValue,
}

#[derive(Deserialize)]
struct ServiceTokenResponse {
    token: String,
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

/// Reads the answer of `POST /service-token`.
///
/// # Errors
///
/// `NoSession` or `TokenExpired`; `Misconfigured` where the service knows no such audience; and `Unavailable` for whatever is neither a yes
/// nor a no.
pub fn read(status: StatusCode, body: &[u8]) -> Result<Given, Rejection> {
    match status {
        StatusCode::OK => given(body).ok_or(Rejection::Unavailable("its answer is not understood")),
        StatusCode::BAD_REQUEST => Err(Rejection::Misconfigured(
            "guard_audience: the auth service has no such audience in its `token_audiences`".to_owned(),
        )),
        StatusCode::UNAUTHORIZED => Err(unauthorized(body)),
        other => Err(no(other)),
    }
}

#[derive(Deserialize)]
struct Problem {
    error: String,
}

/// 401 is a no, and its code tells a client whether a refresh helps.
fn unauthorized(body: &[u8]) -> Rejection {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) if problem.error == "TOKEN_EXPIRED" => Rejection::TokenExpired,
        _ => Rejection::NoSession,
    }
}

/// Everything else is no answer, and never lets anyone through.
fn no(status: StatusCode) -> Rejection {
    match status {
        // More than any session's cookie or token: it is none, and no trouble of the service's.
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Rejection::NoSession,
        status if status.is_server_error() => Rejection::Unavailable("it answers that it is in trouble"),
        _ => Rejection::Unavailable("it answers with a status that nobody expects"),
    }
}

fn given(body: &[u8]) -> Option<Given> {
    let ServiceTokenResponse { token, user } = serde_json::from_slice(body).ok()?;
    let proof = Proof::in_answer(&token)?;
    let mut token = value(token)?;
    token.set_sensitive(true);
    let identity = Identity {
        id: value(user.id)?,
        email: value(user.email)?,
        email_verified: user.email_verified,
        role: value(user.role)?,
    };
    Some(Given { identity, proof, token })
}

fn value(text: String) -> Option<HeaderValue> {
    HeaderValue::try_from(text).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof;
    use proptest::prelude::*;

    /// A yes with this token.
    fn yes(token: &str) -> Vec<u8> {
        let user = r#"{"id":"1","email":"ada@example.com","name":"Ada","role":"admin","emailVerified":true}"#;
        format!(r#"{{"token":"{token}","expiresIn":60,"user":{user}}}"#).into_bytes()
    }

    #[test]
    fn a_yes_is_read() {
        let text = proof::token(1000, 400);
        let Given { identity, proof, token } = read(StatusCode::OK, &yes(&text)).expect("a yes");
        assert_eq!(
            (&identity.id, &identity.role, &token),
            (&"1".parse().unwrap(), &"admin".parse().unwrap(), &text.parse().unwrap())
        );
        assert!(identity.email_verified && token.is_sensitive());
        assert!(proof.is_within(600) && !proof.is_within(599));
    }

    #[test]
    fn what_is_neither_yes_nor_no_is_unavailable() {
        let token = proof::token(1000, 1000);
        for status in [500, 503, 502, 429, 404, 403, 302, 204, 201] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert!(matches!(read(status, &yes(&token)), Err(Rejection::Unavailable(_))), "{status}");
        }
        for body in [
            "",
            "{}",
            "null",
            r#"{"token":"TOKEN","user":null}"#,
            r#"{"user":{"id":"1","email":"a@b","role":"user","emailVerified":true}}"#,
            r#"{"token":"","user":{"id":"1","email":"a@b","role":"user","emailVerified":true}}"#,
            r#"{"token":"a.b.c","user":{"id":"1","email":"a@b","role":"user","emailVerified":true}}"#,
            r#"{"token":"TOKEN","user":{"id":"","email":"a@b","role":"user","emailVerified":true}}"#,
            r#"{"token":"TOKEN","user":{"id":"1\r\nmana-user-role: admin","email":"a@b","role":"user","emailVerified":true}}"#,
            r#"{"token":"TOKEN","user":{"id":"1","email":"a@b","role":"user"}}"#,
        ] {
            let body = body.replace("TOKEN", &token);
            assert!(
                matches!(read(StatusCode::OK, body.as_bytes()), Err(Rejection::Unavailable(_))),
                "{body}"
            );
        }
    }

    #[test]
    fn an_ended_session_and_an_unknown_audience_are_told_apart() {
        assert!(matches!(read(StatusCode::UNAUTHORIZED, b""), Err(Rejection::NoSession)));
        assert!(matches!(
            read(StatusCode::UNAUTHORIZED, br#"{"error":"TOKEN_EXPIRED","status":401}"#),
            Err(Rejection::TokenExpired)
        ));
        assert!(matches!(read(StatusCode::BAD_REQUEST, b""), Err(Rejection::Misconfigured(_))));
        assert!(matches!(read(StatusCode::FORBIDDEN, b""), Err(Rejection::Unavailable(_))));
    }

    proptest! {
        /// Nothing but a 200 lets anyone through, whatever the body says.
        #[test]
        fn only_a_yes_is_a_yes(status in 100_u16..1000, body in prop::collection::vec(any::<u8>(), 0..64)) {
            let status = StatusCode::from_u16(status).expect("a status");
            let yes = yes(&proof::token(1000, 1000));
            prop_assert!(status == StatusCode::OK || read(status, &yes).is_err());
            prop_assert!(read(StatusCode::OK, &body).is_err());
        }
    }
}

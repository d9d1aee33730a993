//! What the auth service says of a token.

use http::StatusCode;
use mana_auth_tokens::Claims;
use serde::Deserialize;

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValidateError {
    /// It is no token of the service for this audience.
    Invalid,
    /// It was one, and a refresh gets another.
    Expired,
    /// Its session has ended.
    Revoked,
    /// Nothing can be said.
    Unavailable,
}

#[derive(Deserialize)]
struct ValidateResponse {
    valid: bool,
    payload: Option<Claims>,
    error: Option<String>,
}

/// Reads the answer of `POST /validate`.
///
/// # Errors
///
/// Why the token is refused. What is neither a yes nor a no is `Unavailable`.
pub fn read(status: StatusCode, body: &[u8]) -> Result<Claims, ValidateError> {
    if status != StatusCode::OK {
        // A body that the service does not take holds no token of its own making; all else is trouble.
        let is_the_tokens = matches!(status, StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE);
        return Err(if is_the_tokens { ValidateError::Invalid } else { ValidateError::Unavailable });
    }
    match serde_json::from_slice(body) {
        Ok(ValidateResponse { valid: true, payload: Some(claims), error: None }) => Ok(claims),
        Ok(ValidateResponse { valid: false, error: Some(error), .. }) => Err(match error.as_str() {
            "SESSION_REVOKED" => ValidateError::Revoked,
            "TOKEN_EXPIRED" => ValidateError::Expired,
            _ => ValidateError::Invalid,
        }),
        _ => Err(ValidateError::Unavailable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: &str = r#"{"sub":"u","email":"ada@example.com","email_verified":true,"role":"user","sid":"s","iss":"i","aud":"a","iat":1,"exp":2,"pos":"3.0"}"#;

    fn verdict(status: u16, body: &str) -> Result<String, ValidateError> {
        read(StatusCode::from_u16(status).expect("a status"), body.as_bytes()).map(|claims| claims.sub)
    }

    #[test]
    fn only_a_yes_is_a_yes() {
        let yes = format!(r#"{{"valid":true,"payload":{CLAIMS}}}"#);
        assert_eq!(verdict(200, &yes), Ok("u".to_owned()));
        for (status, body, refusal) in [
            (200, r#"{"valid":false,"error":"TOKEN_INVALID"}"#, ValidateError::Invalid),
            (200, r#"{"valid":false,"error":"TOKEN_EXPIRED"}"#, ValidateError::Expired),
            (200, r#"{"valid":false,"error":"SESSION_REVOKED"}"#, ValidateError::Revoked),
            (200, r#"{"valid":true}"#, ValidateError::Unavailable),
            (200, "[]", ValidateError::Unavailable),
            (200, "", ValidateError::Unavailable),
            (400, "{}", ValidateError::Invalid),
            (413, "{}", ValidateError::Invalid),
            (401, &yes, ValidateError::Unavailable),
            (500, &yes, ValidateError::Unavailable),
            (503, &yes, ValidateError::Unavailable),
        ] {
            assert_eq!(verdict(status, body), Err(refusal), "{status} {body}");
        }
        let both = format!(r#"{{"valid":false,"payload":{CLAIMS}}}"#);
        assert_eq!(verdict(200, &both), Err(ValidateError::Unavailable));
    }
}

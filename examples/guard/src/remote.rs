//! The second way: `POST /api/v1/auth/validate`.

use crate::{
    Address, Check, Claims, ClientError, Token, TokenError,
    service::{Service, Trouble},
};
use futures::future::{BoxFuture, FutureExt as _};
use serde::Deserialize;

/// Asks the auth service about each token. A session that ends has ended with the next request; where the service
/// does not answer, nobody is let through.
pub struct Remote {
    service: Service,
}

/// What the service answers. Its other fields are none of ours.
#[derive(Deserialize)]
struct ValidateResponse {
    valid: bool,
    payload: Option<mana_auth_tokens::Claims>,
    error: Option<String>,
}

impl Remote {
    /// Asks the service at this address.
    ///
    /// # Errors
    ///
    /// Where there is no HTTP client to be had.
    pub fn new(address: Address) -> Result<Self, ClientError> {
        Ok(Self { service: Service::new(address)? })
    }

    async fn ask(&self, token: &Token) -> Result<Result<Claims, TokenError>, Trouble> {
        let question = serde_json::json!({ "token": token.expose() }).to_string();
        read(&self.service.ask_with("/api/v1/auth/validate", question.as_bytes()).await?)
    }
}

impl Check for Remote {
    fn check<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, Result<Claims, TokenError>> {
        async move {
            self.ask(token).await.unwrap_or_else(|trouble| {
                tracing::warn!(why = %trouble, "nobody is let through: no answer from the auth service");
                Err(TokenError::Unavailable)
            })
        }
        .boxed()
    }
}

/// A yes, a no, or neither.
fn read(answer: &[u8]) -> Result<Result<Claims, TokenError>, Trouble> {
    match serde_json::from_slice(answer) {
        Ok(ValidateResponse { valid: true, payload: Some(claims), error: None }) => Ok(Ok(claims.into())),
        Ok(ValidateResponse { valid: false, payload: None, error: Some(error) }) => {
            Ok(Err(match error.as_str() {
                "TOKEN_EXPIRED" => TokenError::Expired,
                _ => TokenError::Invalid,
            }))
        }
        _ => Err(Trouble::NotUnderstood),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: &str = r#"{"sub":"u","email":"ada@example.com","email_verified":true,"role":"user","sid":"s","iss":"i","aud":"a","iat":1,"exp":2,"pos":"3.0"}"#;

    #[test]
    fn only_a_yes_is_a_yes() {
        let yes = format!(r#"{{"valid":true,"payload":{CLAIMS}}}"#);
        let claims = read(yes.as_bytes()).ok().and_then(Result::ok).expect("a yes");
        assert_eq!((claims.sub.as_str(), claims.sid.as_str(), claims.exp), ("u", "s", 2));
        for (error, rejection) in [
            ("TOKEN_INVALID", TokenError::Invalid),
            ("TOKEN_EXPIRED", TokenError::Expired),
            ("SESSION_REVOKED", TokenError::Invalid),
            ("SOMETHING_NEW", TokenError::Invalid),
        ] {
            let no = format!(r#"{{"valid":false,"error":"{error}"}}"#);
            assert_eq!(read(no.as_bytes()).ok().and_then(Result::err), Some(rejection), "{error}");
        }
        for neither in [
            "",
            "[]",
            "null",
            "{}",
            r#"{"valid":true}"#,
            r#"{"valid":"true"}"#,
            r#"{"valid":false}"#,
            r#"{"valid":true,"payload":{}}"#,
            &format!(r#"{{"valid":false,"payload":{CLAIMS}}}"#),
            &format!(r#"{{"valid":true,"payload":{CLAIMS},"error":"TOKEN_INVALID"}}"#),
            &format!(r#"{{"valid":true,"valid":false,"payload":{CLAIMS}}}"#),
            &format!("{yes}{yes}"),
        ] {
            assert!(matches!(read(neither.as_bytes()), Err(Trouble::NotUnderstood)), "{neither}");
        }
    }
}

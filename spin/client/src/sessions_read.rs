//! `sessions-read`, over HTTP.

use crate::{
    Client,
    bindings::{
        sessions_read::{Error, Guest, Refusal, Session},
        tokens::Claims,
    },
    service, verdict,
};
/// The longest token that is asked about. None that the service makes is longer.
const TOKEN: usize = 4 * 1024;

impl Guest for Client {
    /// See the documentation of the crate.
    async fn get(_: String) -> Result<Session, Error> {
        Err(Error::Denied)
    }

    /// See the documentation of the crate.
    async fn list(_: String) -> Result<Vec<Session>, Error> {
        Err(Error::Denied)
    }

    async fn validate(token: String) -> Result<Claims, Refusal> {
        if token.len() > TOKEN {
            return Err(Refusal::Invalid);
        }
        let body = serde_json::json!({ "token": token });
        let answer = service::ask("validate", &body, None).await.ok_or(Refusal::Unavailable)?;
        verdict::read(answer.status(), answer.body()).map(Into::into).map_err(Into::into)
    }
}

impl From<verdict::ValidateError> for Refusal {
    fn from(refusal: verdict::ValidateError) -> Self {
        match refusal {
            verdict::ValidateError::Invalid => Self::Invalid,
            verdict::ValidateError::Expired => Self::Expired,
            verdict::ValidateError::Revoked => Self::Revoked,
            verdict::ValidateError::Unavailable => Self::Unavailable,
        }
    }
}

//! `sessions-read`, over HTTP.

use crate::{
    Client,
    bindings::{
        sessions_read::{Error, Guest, Refusal, Session},
        tokens::Claims,
    },
    verdict,
};
use http::{Request, header::CONTENT_TYPE};
use mana_auth_spin_chained as chained;
use spin_sdk::variables;

/// Where a component of the same application called `auth` answers, unless the app's variable `auth_url` says otherwise.
const DEFAULT_URL: &str = "http://auth.spin.internal";
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
        let body = serde_json::json!({ "token": token }).to_string().into_bytes();
        let request = Request::post(format!("{}/api/v1/auth/validate", url().await?))
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|_| unavailable("`auth_url` is no address"))?;
        let answer = chained::ask(request).await.map_err(|error| unavailable(error.why()))?;
        verdict::read(answer.status(), answer.body()).map(Into::into).map_err(Into::into)
    }
}

/// A token is a credential, so it goes over no network without TLS.
async fn url() -> Result<String, Refusal> {
    let text = match variables::get("auth_url").await {
        Ok(text) if text.is_empty() => DEFAULT_URL.to_owned(),
        Ok(text) => text,
        Err(variables::Error::Undefined(_)) => DEFAULT_URL.to_owned(),
        Err(_) => return Err(unavailable("Spin can't read `auth_url`")),
    };
    if chained::is_private(&text) {
        Ok(text)
    } else {
        Err(unavailable("`auth_url` is neither https:// nor http://….spin.internal"))
    }
}

/// Why nothing can be said is for the operator's log.
fn unavailable(why: &str) -> Refusal {
    let message = "no answer from the auth service";
    let line = serde_json::json!({ "level": "ERROR", "message": message, "fields": { "why": why } });
    eprintln!("{line}");
    Refusal::Unavailable
}

impl From<verdict::Refusal> for Refusal {
    fn from(refusal: verdict::Refusal) -> Self {
        match refusal {
            verdict::Refusal::Invalid => Self::Invalid,
            verdict::Refusal::Revoked => Self::Revoked,
            verdict::Refusal::Unavailable => Self::Unavailable,
        }
    }
}

//! Asking the auth service over HTTP.

use http::{Request, Response, header::CONTENT_TYPE};
use mana_auth_spin_chained as chained;
use serde_json::Value;
use spin_sdk::variables;

/// Where a component of the same application called `auth` answers, unless the app's variable `auth_url` says otherwise.
const DEFAULT_URL: &str = "http://auth.spin.internal";

/// The answer to a body that is sent to a route, with a credential where there is one. None, and a line for the operator, where
/// there is no answer.
pub async fn ask(route: &str, body: &Value, credential: Option<&str>) -> Option<Response<Vec<u8>>> {
    let mut request = Request::post(format!("{}/api/v1/auth/{route}", url().await?))
        .header(CONTENT_TYPE, "application/json");
    if let Some(credential) = credential {
        request = request.header("authorization", format!("Bearer {credential}"));
    }
    let Ok(request) = request.body(body.to_string().into_bytes()) else {
        return unavailable("`auth_url` is no address, or the credential no header");
    };
    match chained::ask(request).await {
        Ok(answer) => Some(answer),
        Err(error) => unavailable(error.why()),
    }
}

/// What is sent is a credential, or comes with one, so it goes over no network without TLS.
async fn url() -> Option<String> {
    let text = match variables::get("auth_url").await {
        Ok(text) if text.is_empty() => DEFAULT_URL.to_owned(),
        Ok(text) => text,
        Err(variables::Error::Undefined(_)) => DEFAULT_URL.to_owned(),
        Err(_) => return unavailable("Spin can't read `auth_url`"),
    };
    if chained::is_private(&text) {
        Some(text)
    } else {
        unavailable("`auth_url` is neither https:// nor http://….spin.internal")
    }
}

/// Why nothing can be said is for the operator's log.
pub fn unavailable<T>(why: &str) -> Option<T> {
    let message = "no answer from the auth service";
    let line = serde_json::json!({ "level": "ERROR", "message": message, "fields": { "why": why } });
    eprintln!("{line}");
    None
}

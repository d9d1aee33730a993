//! What others are asked: Spin for the configuration, the auth service for the rest.

use crate::{
    config::{Config, VARIABLES},
    credential::Credential,
    fields,
    identity::{self, Given},
    rejection::Rejection,
};
use http::{
    HeaderValue, Request,
    header::{ACCEPT, CONTENT_TYPE, SET_COOKIE},
};
use mana_auth_spin_chained as chained;
use spin_sdk::variables;
use std::collections::BTreeMap;

/// The configuration. Variables may change while the app runs, so it is read with each request.
///
/// # Errors
///
/// `Misconfigured`.
pub async fn config() -> Result<Config, Rejection> {
    let mut values = BTreeMap::new();
    for name in VARIABLES {
        match variables::get(name).await {
            Ok(value) => drop(values.insert(name, value)),
            Err(variables::Error::Undefined(_)) => {}
            Err(_) => return Err(Rejection::Misconfigured(format!("{name}: Spin can't read it"))),
        }
    }
    let config = Config::read(|name| values.get(name).map(String::as_str));
    config.map_err(|error| Rejection::Misconfigured(error.to_string()))
}

/// Who holds this, with a token that tells the app so, and the cookies that the auth service renewed on the occasion.
///
/// # Errors
///
/// `NoSession`, `Misconfigured` or `Unavailable`.
pub async fn who(config: &Config, credential: &Credential) -> Result<(Given, Vec<HeaderValue>), Rejection> {
    let body = serde_json::json!({ "audience": config.audience }).to_string().into_bytes();
    let mut request = Request::post(format!("{}/api/v1/auth/service-token", config.auth.as_str()))
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        // What is asked is no page's wish but this program's own, which has judged the page itself: the client's
        // `Origin` and `Sec-Fetch-Site` stay here, and the service is told that nothing foreign is behind it.
        .header("sec-fetch-site", "same-origin")
        .header(fields::ASKING, "1")
        .body(body)
        .map_err(|_| Rejection::Unavailable("it has no address"))?;
    request.headers_mut().extend(credential.fields());
    let answer = chained::ask(request).await.map_err(|error| Rejection::Unavailable(error.why()))?;
    let given = identity::read(answer.status(), answer.body())?;
    Ok((given, answer.headers().get_all(SET_COOKIE).iter().cloned().collect()))
}

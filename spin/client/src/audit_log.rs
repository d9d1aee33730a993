//! `audit-log`, over HTTP: under the source whose secret the app's variable `auth_audit_secret` is.

use crate::{
    Client,
    bindings::audit_log::{Error, Event, Guest, Problem},
    outcome::{self, RecordError},
    service,
};
use spin_sdk::variables;

impl Guest for Client {
    async fn record(event: Event) -> Result<String, Error> {
        let Event { event_type, user_id, ip_address, user_agent, metadata } = event;
        let Some(body) = outcome::body(&event_type, user_id, ip_address, user_agent, &metadata) else {
            let message = "must be a JSON object of at most 8 KiB".to_owned();
            return Err(Error::Invalid(vec![Problem { field: "metadata".to_owned(), message }]));
        };
        let secret = match variables::get("auth_audit_secret").await {
            Ok(secret) if !secret.is_empty() => secret,
            _ => {
                return service::unavailable("the app has no variable `auth_audit_secret`")
                    .ok_or(Error::Unavailable);
            }
        };
        let answer = service::ask("audit/events", &body, Some(&secret)).await.ok_or(Error::Unavailable)?;
        outcome::read(answer.status(), answer.body()).map_err(|refusal| match refusal {
            RecordError::Invalid(problems) => Error::Invalid(
                problems.into_iter().map(|(field, message)| Problem { field, message }).collect(),
            ),
            RecordError::Unavailable(status) => {
                service::unavailable(&format!("it answers {status} to an event"))
                    .unwrap_or(Error::Unavailable)
            }
        })
    }
}

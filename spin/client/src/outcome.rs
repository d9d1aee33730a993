//! What is sent of an event, and what the auth service says of it.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The longest metadata that is sent, in bytes. The service takes no longer one.
const METADATA: usize = 8 * 1024;

/// Why an event was not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordError {
    /// It is wrong: each field, and why.
    Invalid(Vec<(String, String)>),
    /// Anything else: the status.
    Unavailable(StatusCode),
}

#[derive(Deserialize)]
struct Recorded {
    id: String,
}

#[derive(Deserialize)]
struct ErrorResponse {
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

/// The body of `POST /audit/events`. None where the metadata is no object, or too long.
#[must_use]
pub fn body(
    event_type: &str,
    user_id: Option<String>,
    ip_address: Option<String>,
    user_agent: Option<String>,
    metadata: &str,
) -> Option<Value> {
    let metadata = (metadata.len() <= METADATA).then_some(metadata)?;
    let metadata: Map<String, Value> = serde_json::from_str(metadata).ok()?;
    Some(json!({
        "eventType": event_type,
        "userId": user_id,
        "ipAddress": ip_address,
        "userAgent": user_agent,
        "metadata": metadata,
    }))
}

/// Reads the answer: the event's id.
///
/// # Errors
///
/// Why it was not recorded.
pub fn read(status: StatusCode, body: &[u8]) -> Result<String, RecordError> {
    match status {
        StatusCode::CREATED => match serde_json::from_slice(body) {
            Ok(Recorded { id }) => Ok(id),
            Err(_) => Err(RecordError::Unavailable(status)),
        },
        StatusCode::BAD_REQUEST => match serde_json::from_slice(body) {
            Ok(ErrorResponse { fields }) => Err(RecordError::Invalid(fields.into_iter().collect())),
            Err(_) => Err(RecordError::Unavailable(status)),
        },
        status => Err(RecordError::Unavailable(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_recorded_has_an_id() {
        assert_eq!(read(StatusCode::CREATED, br#"{"id":"7"}"#), Ok("7".to_owned()));
        let wrong = br#"{"error":"VALIDATION_FAILED","status":400,"fields":{"eventType":"must be short"}}"#;
        let fields = vec![("eventType".to_owned(), "must be short".to_owned())];
        assert_eq!(read(StatusCode::BAD_REQUEST, wrong), Err(RecordError::Invalid(fields)));
        for (status, body) in [
            (201, "{}"),
            (201, ""),
            (400, "no JSON"),
            (401, "{}"),
            (404, "{}"),
            (503, "{}"),
            (200, r#"{"id":"7"}"#),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(
                read(status, body.as_bytes()),
                Err(RecordError::Unavailable(status)),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn metadata_is_an_object_of_a_bounded_size() {
        let sent = |metadata: &str| body("a.b", None, Some("::1".to_owned()), None, metadata);
        assert_eq!(sent(r#"{"n":1}"#).expect("an object")["metadata"], json!({ "n": 1 }));
        for metadata in ["", "[]", "1", &format!(r#"{{"a":"{}"}}"#, "a".repeat(METADATA))] {
            assert_eq!(sent(metadata), None);
        }
    }
}

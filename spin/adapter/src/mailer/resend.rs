//! Resend: <https://resend.com/docs/api-reference/emails/send-email>. Whether links are rewritten is a setting of the domain there.

use super::mailbox::mailbox;
use crate::bindings::mailer::{Message, Outcome};
use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

/// Where it is.
pub const ORIGIN: &str = "https://api.resend.com";
/// What takes a mail.
pub const PATH: &str = "/emails";

/// The longest name of an error that is passed on; theirs have 30 letters at most.
const NAME: usize = 40;

/// What opens it.
pub fn credential(secret: &str) -> (HeaderName, String) {
    (header::AUTHORIZATION, format!("Bearer {secret}"))
}

/// A mail as it takes one.
pub fn body(message: &Message) -> Value {
    let headers = message.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
    let mut body = vec![
        ("from", json!(mailbox(&message.from))),
        ("to", json!([message.to])),
        ("subject", json!(message.subject)),
        ("text", json!(message.text)),
        ("html", json!(message.html)),
        ("headers", headers.collect()),
    ];
    body.extend(message.reply_to.iter().map(|address| ("reply_to", json!(address))));
    body.into_iter().collect()
}

/// What an answer says that is no success (<https://resend.com/docs/api-reference/errors>). What is not known to be the mail's own fault
/// is tried again: a wrong key or sender loses nothing.
pub fn outcome(status: StatusCode, body: &Value) -> Outcome {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (name, message) = (text("name"), text("message"));
    let is_name = |c: char| c == '_' || c.is_ascii_lowercase();
    let named = if name.chars().all(is_name) && name.len() <= NAME { name } else { "" };
    let reason = format!("Resend answered {} {named}", status.as_u16()).trim_end().to_owned();
    match (status.as_u16(), name, message) {
        // An earlier attempt got through, and how the mail looks was changed since.
        (409, "invalid_idempotent_request", _) => Outcome::Accepted,
        // The sender is the operator's, and so is the key, which some answers call a field like any other.
        (422, "invalid_from_address", _) | (400 | 422, _, "API key is invalid") => Outcome::Later(reason),
        (400 | 413 | 422 | 451, ..) => Outcome::Never(reason),
        _ => Outcome::Later(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailer::mailbox::tests::message;

    /// Their own example, and what it lacks.
    #[test]
    fn a_mail_is_written_as_they_take_it() {
        let expected = json!({
            "from": "Acme <onboarding@resend.dev>",
            "to": ["receiver@example.com"],
            "reply_to": "help@example.com",
            "subject": "hello world",
            "text": "it works!",
            "html": "<p>it works!</p>",
            "headers": { "Auto-Submitted": "auto-generated" },
        });
        assert_eq!(body(&message()), expected);
        let without = Message { reply_to: None, ..message() };
        assert_eq!(body(&without).get("reply_to"), None);
    }

    #[test]
    fn answers_are_told_apart() {
        let answered = |status: u16, name: &str, message: &str| {
            let body = json!({ "statusCode": status, "name": name, "message": message });
            outcome(StatusCode::from_u16(status).unwrap(), &body)
        };
        for (status, name) in [
            (401, "missing_api_key"),
            (401, "validation_error"),
            (403, "invalid_api_key"),
            (403, "validation_error"),
            (409, "concurrent_idempotent_requests"),
            (422, "invalid_from_address"),
            (429, "daily_quota_exceeded"),
            (429, "rate_limit_exceeded"),
            (500, "internal_server_error"),
        ] {
            let outcome = answered(status, name, "");
            let expected = format!("Resend answered {status} {name}");
            assert!(matches!(&outcome, Outcome::Later(reason) if *reason == expected), "{outcome:?}");
        }
        for (status, name) in [
            (400, "validation_error"),
            (422, "validation_error"),
            (422, "missing_required_field"),
            (451, "security_error"),
        ] {
            let outcome = answered(status, name, "Invalid `to` field.");
            let expected = format!("Resend answered {status} {name}");
            assert!(matches!(&outcome, Outcome::Never(reason) if *reason == expected), "{outcome:?}");
        }
        let wrong_key = answered(400, "validation_error", "API key is invalid");
        assert!(matches!(wrong_key, Outcome::Later(_)));
        assert!(matches!(answered(409, "invalid_idempotent_request", ""), Outcome::Accepted));
    }

    #[test]
    fn no_reason_quotes_the_mail() {
        let body = json!({ "name": "receiver@example.com", "message": "receiver@example.com" });
        let outcome = outcome(StatusCode::UNPROCESSABLE_ENTITY, &body);
        assert!(matches!(&outcome, Outcome::Never(reason) if reason == "Resend answered 422"), "{outcome:?}");
    }
}

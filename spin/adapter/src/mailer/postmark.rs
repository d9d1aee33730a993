//! Postmark: <https://postmarkapp.com/developer/api/email-api>. It has no idempotency keys: a mail that it took without our learning of it
//! is sent twice, with the same `Message-ID`.

use super::mailbox::mailbox;
use crate::bindings::mailer::{Message, Outcome};
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

/// Where it is.
pub const ORIGIN: &str = "https://api.postmarkapp.com";
/// What takes a mail.
pub const PATH: &str = "/email";

/// What opens it.
pub fn credential(secret: &str) -> (HeaderName, String) {
    (HeaderName::from_static("x-postmark-server-token"), secret.to_owned())
}

/// A mail as it takes one. Links must lead where they say, and nobody counts who opens a mail.
pub fn body(message: &Message) -> Value {
    // Of the sender's domain, so that nobody else's filter takes it for forged (RFC 5322 §3.6.4).
    let domain = message.from.address.rsplit('@').next().unwrap_or_default();
    let id = format!("<{}@{domain}>", message.id);
    // It writes an id of its own, unless it is told to keep this one.
    let ids = [("Message-ID", id.as_str()), ("X-PM-KeepID", "true")];
    let headers = message.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers = headers.chain(ids).map(|(name, value)| json!({ "Name": name, "Value": value }));
    let mut body = vec![
        ("From", json!(mailbox(&message.from))),
        ("To", json!(message.to)),
        ("Subject", json!(message.subject)),
        ("TextBody", json!(message.text)),
        ("HtmlBody", json!(message.html)),
        ("Headers", headers.collect()),
        ("Metadata", json!({ "id": message.id })),
        ("TrackOpens", json!(false)),
        ("TrackLinks", json!("None")),
        ("MessageStream", json!("outbound")),
    ];
    body.extend(message.reply_to.iter().map(|address| ("ReplyTo", json!(address))));
    body.into_iter().collect()
}

/// What an answer says that is no success (<https://postmarkapp.com/developer/api/overview#error-codes>). What is not known to be the
/// mail's own fault is tried again: a wrong token, a sender who is not confirmed, or an empty account loses nothing.
pub fn outcome(status: StatusCode, body: &Value) -> Outcome {
    let status = status.as_u16();
    let code = body.get("ErrorCode").and_then(Value::as_u64);
    let reason = match code {
        Some(code) => format!("Postmark answered {status}, ErrorCode {code}"),
        None => format!("Postmark answered {status}"),
    };
    match (status, code) {
        // An invalid mail, three ways of JSON that it can't read, a recipient who bounced or complained, a forbidden attachment.
        (422, Some(300 | 402 | 403 | 406 | 409 | 411)) | (413, _) => Outcome::Never(reason),
        _ => Outcome::Later(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailer::mailbox::tests::message;

    /// Their own example's fields, and what it lacks.
    #[test]
    fn a_mail_is_written_as_they_take_it() {
        let expected = json!({
            "From": "Acme <onboarding@resend.dev>",
            "To": "receiver@example.com",
            "ReplyTo": "help@example.com",
            "Subject": "hello world",
            "TextBody": "it works!",
            "HtmlBody": "<p>it works!</p>",
            "Headers": [
                { "Name": "Auto-Submitted", "Value": "auto-generated" },
                { "Name": "Message-ID", "Value": "<01a20826-7596-7c7e-afdb-1d0899003eab@resend.dev>" },
                { "Name": "X-PM-KeepID", "Value": "true" },
            ],
            "Metadata": { "id": "01a20826-7596-7c7e-afdb-1d0899003eab" },
            "TrackOpens": false,
            "TrackLinks": "None",
            "MessageStream": "outbound",
        });
        assert_eq!(body(&message()), expected);
        let without = Message { reply_to: None, ..message() };
        assert_eq!(body(&without).get("ReplyTo"), None);
    }

    #[test]
    fn answers_are_told_apart() {
        let answered = |status: u16, code: u64| {
            let body = json!({ "ErrorCode": code, "Message": "receiver@example.com is inactive" });
            outcome(StatusCode::from_u16(status).unwrap(), &body)
        };
        for (status, code) in [
            (401, 10),
            (422, 10),
            (422, 100),
            (422, 400),
            (422, 401),
            (422, 405),
            (422, 412),
            (422, 413),
            (429, 429),
        ] {
            let outcome = answered(status, code);
            let expected = format!("Postmark answered {status}, ErrorCode {code}");
            assert!(matches!(&outcome, Outcome::Later(reason) if *reason == expected), "{outcome:?}");
        }
        for code in [300, 402, 403, 406, 409, 411] {
            let outcome = answered(422, code);
            let expected = format!("Postmark answered 422, ErrorCode {code}");
            assert!(matches!(&outcome, Outcome::Never(reason) if *reason == expected), "{outcome:?}");
        }
    }
}

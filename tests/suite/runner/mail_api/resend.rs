//! `POST /emails` of Resend.

use super::call::{Call, KEY, Taken, complaints, sender};
use mana_auth::mail::Message;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// <https://resend.com/docs/api-reference/emails/send-email>, <https://resend.com/docs/dashboard/emails/idempotency-keys>.
pub fn take(call: &Call, taken: &mut BTreeMap<String, Value>) -> Taken {
    let header =
        |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("user-agent").is_empty() {
        return refused(403, "validation_error", "error code: 1010");
    }
    if header("authorization") != format!("Bearer {KEY}") {
        return refused(401, "validation_error", "API key is invalid");
    }
    let wrong = complaints(&call.body, &["from", "to", "subject"], &["reply_to", "html", "text", "headers"]);
    let Some(message) = message(call, header("idempotency-key")).filter(|_| wrong.is_empty()) else {
        return refused(422, "validation_error", &format!("Invalid fields: {wrong:?}"));
    };
    let accepted = (200, json!({ "id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794" }).to_string());
    match taken.insert(message.id.clone(), call.body.clone()) {
        None => (accepted, Some(message)),
        Some(before) if before == call.body => (accepted, None),
        Some(before) => {
            taken.insert(message.id, before);
            refused(409, "invalid_idempotent_request", "This idempotency key was used with another payload.")
        }
    }
}

fn refused(status: u16, name: &str, message: &str) -> Taken {
    ((status, json!({ "statusCode": status, "name": name, "message": message }).to_string()), None)
}

fn message(call: &Call, id: &str) -> Option<Message> {
    let text = |name: &str| call.body[name].as_str().map(ToOwned::to_owned);
    let headers = call.body["headers"].as_object()?.iter();
    let [to] = call.body["to"].as_array()?.as_slice() else { return None };
    Some(Message {
        id: id.to_owned(),
        to: to.as_str()?.to_owned(),
        from: sender(&text("from")?)?,
        reply_to: text("reply_to"),
        subject: text("subject")?,
        text: text("text")?,
        html: text("html")?,
        headers: headers
            .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect::<Option<_>>()?,
    })
}

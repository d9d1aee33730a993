//! `POST /email` of Postmark.

use super::call::{Call, KEY, Taken, complaints, sender};
use mana_auth::mail::Message;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const OPTIONAL: [&str; 9] = [
    "Subject",
    "ReplyTo",
    "HtmlBody",
    "TextBody",
    "Headers",
    "Metadata",
    "TrackOpens",
    "TrackLinks",
    "MessageStream",
];

/// <https://postmarkapp.com/developer/api/email-api>. Each call is a mail of its own.
pub fn take(call: &Call, taken: &mut BTreeMap<String, Value>) -> Taken {
    let header =
        |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("x-postmark-server-token") != KEY {
        return refused(
            401,
            10,
            "The Server Token you provided in the X-Postmark-Server-Token request header was invalid.",
        );
    }
    if header("accept") != "application/json" || header("content-type") != "application/json" {
        return refused(422, 409, "The 'Accept' and 'Content-Type' headers must be 'application/json'.");
    }
    let wrong = complaints(&call.body, &["From", "To"], &OPTIONAL);
    let Some(message) = message(&call.body).filter(|_| wrong.is_empty()) else {
        return refused(422, 300, &format!("Invalid fields: {wrong:?}"));
    };
    taken.insert(taken.len().to_string(), call.body.clone());
    let accepted = json!({
        "To": message.to,
        "SubmittedAt": "2014-02-17T07:25:01.4178645-05:00",
        "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d",
        "ErrorCode": 0,
        "Message": "OK",
    });
    ((200, accepted.to_string()), Some(message))
}

fn refused(status: u16, code: u64, message: &str) -> Taken {
    ((status, json!({ "ErrorCode": code, "Message": message }).to_string()), None)
}

fn message(body: &Value) -> Option<Message> {
    let text = |name: &str| body[name].as_str().map(ToOwned::to_owned);
    let header =
        |header: &Value| Some((header["Name"].as_str()?.to_owned(), header["Value"].as_str()?.to_owned()));
    Some(Message {
        id: body["Metadata"]["id"].as_str()?.to_owned(),
        to: text("To")?,
        from: sender(&text("From")?)?,
        reply_to: text("ReplyTo"),
        subject: text("Subject")?,
        text: text("TextBody")?,
        html: text("HtmlBody")?,
        headers: body["Headers"].as_array()?.iter().map(header).collect::<Option<_>>()?,
    })
}

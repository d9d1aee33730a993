//! From the fields of a mail to a message in MIME.

use crate::bindings::mana::auth::mailer::Message;
use lettre::{
    Address, Message as Mime,
    message::{
        Body, Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use std::time::SystemTime;

/// Builds a message, of this time.
///
/// # Errors
///
/// What is wrong with it, in a few words without any of it.
pub fn build(message: &Message, at: SystemTime) -> Result<Mime, &'static str> {
    let body = MultiPart::alternative_plain_html(message.text.clone(), message.html.clone());
    header(message, at)?.multipart(body).map_err(|_| UNWRITABLE)
}

/// The same for people who open the file in an editor: nothing is encoded for servers.
///
/// # Errors
///
/// As [`build`].
pub fn build_readable(message: &Message, at: SystemTime) -> Result<Mime, &'static str> {
    let part = |kind, text: &str| {
        let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::Binary);
        SinglePart::builder().header(kind).body(body.unwrap_or_else(Body::new))
    };
    let body = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, &message.text))
        .singlepart(part(ContentType::TEXT_HTML, &message.html));
    header(message, at)?.multipart(body).map_err(|_| UNWRITABLE)
}

const UNWRITABLE: &str = "it can't be written as MIME";

fn header(message: &Message, at: SystemTime) -> Result<MessageBuilder, &'static str> {
    let address = |text: &str| text.parse::<Address>().map_err(|_| "an address is not one that SMTP takes");
    let from = address(&message.from.address)?;
    // Of the sender's domain, so that nobody else's filter takes it for forged (RFC 5322 §3.6.4).
    let id = format!("<{}@{}>", message.id, from.domain());
    let name = Some(message.from.name.clone()).filter(|name| !name.is_empty());
    let mut builder = Mime::builder()
        .message_id(Some(id))
        .date(at)
        .from(Mailbox::new(name, from))
        .to(Mailbox::new(None, address(&message.to)?))
        .subject(message.subject.clone());
    if let Some(reply_to) = &message.reply_to {
        builder = builder.reply_to(Mailbox::new(None, address(reply_to)?));
    }
    for (name, value) in &message.headers {
        let name = HeaderName::new_from_ascii(name.clone()).map_err(|_| "a header's name is none")?;
        builder = builder.raw_header(HeaderValue::new(name, value.clone()));
    }
    Ok(builder)
}

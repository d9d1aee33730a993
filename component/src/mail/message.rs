//! From the content of a mail to the fields that a host sends.

use crate::{
    mailer::{Message, Sender},
    outbox::Content,
    settings::MailSettings,
};
use mana_auth_face::Theme;
use mana_auth_mail::Rendered;

/// The message, under its id. None where a field that becomes a header holds a control character: nobody can add a header.
pub fn message(theme: &Theme, settings: &MailSettings, id: &str, content: &Content) -> Option<Message> {
    let Rendered { subject, text, html } = content.letter.render(theme, content.language);
    let message = Message {
        id: id.to_owned(),
        to: content.to().to_owned(),
        from: Sender { name: theme.product().to_owned(), address: settings.from.as_str().to_owned() },
        reply_to: settings.reply_to.as_ref().map(|address| address.as_str().to_owned()),
        subject,
        text,
        html,
        headers: vec![
            // RFC 3834 §5: no vacation notice answers it.
            ("Auto-Submitted".into(), "auto-generated".into()),
            ("Content-Language".into(), content.language.tag().into()),
        ],
    };
    let of_headers = [&message.id, &message.to, &message.from.name, &message.from.address, &message.subject];
    let is_clean = |field: &String| !field.chars().any(char::is_control);
    (of_headers.into_iter().all(is_clean) && message.reply_to.iter().all(is_clean)).then_some(message)
}

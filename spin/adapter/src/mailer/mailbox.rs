//! A sender as one text (RFC 5322 §3.4).

use crate::bindings::mailer::Sender;

/// What can't stand in a name outside of quotes (RFC 5322 §3.2.3).
const SPECIALS: [char; 13] = ['(', ')', '<', '>', '[', ']', ':', ';', '@', '\\', ',', '.', '"'];

/// `Name <address>`, with the name in quotes where it must be; or the address alone.
pub fn mailbox(sender: &Sender) -> String {
    let Sender { name, address } = sender;
    if name.is_empty() {
        address.clone()
    } else if name.contains(SPECIALS) {
        let name = name.replace('\\', r"\\").replace('"', "\\\"");
        format!("\"{name}\" <{address}>")
    } else {
        format!("{name} <{address}>")
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::bindings::mailer::Message;

    /// A mail with everything.
    pub fn message() -> Message {
        Message {
            id: "01a20826-7596-7c7e-afdb-1d0899003eab".into(),
            to: "receiver@example.com".into(),
            from: Sender { name: "Acme".into(), address: "onboarding@resend.dev".into() },
            reply_to: Some("help@example.com".into()),
            subject: "hello world".into(),
            text: "it works!".into(),
            html: "<p>it works!</p>".into(),
            headers: vec![("Auto-Submitted".into(), "auto-generated".into())],
        }
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        for (name, expected) in [
            ("", "sender@example.com"),
            ("mana-auth", "mana-auth <sender@example.com>"),
            ("Ümläut & Söhne", "Ümläut & Söhne <sender@example.com>"),
            ("Joe Sender, jr", r#""Joe Sender, jr" <sender@example.com>"#),
            (r#"a "b" \ <c@d>"#, r#""a \"b\" \\ <c@d>" <sender@example.com>"#),
        ] {
            let sender = Sender { name: name.into(), address: "sender@example.com".into() };
            assert_eq!(mailbox(&sender), expected);
        }
    }
}

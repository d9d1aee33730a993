//! `/reset-password`

use super::{Fault, fault_of, fields::code};
use crate::{
    field::{Field, Kind, username},
    frame::{Frame, View},
    layout::Gate,
};
use maud::{Markup, html};

/// A new password, by the link.
#[derive(Default)]
pub struct ResetByLink<'a> {
    /// Of the link.
    pub token: &'a str,
    /// What is wrong with the password.
    pub fault: Option<Fault<'a>>,
}

/// A new password, by the code.
#[derive(Default)]
pub struct ResetByCode<'a> {
    /// The address that it was mailed to, if it has an account.
    pub email: &'a str,
    /// What is wrong with a field.
    pub fault: Option<Fault<'a>>,
    /// Whether the code was not good.
    pub is_wrong: bool,
}

fn password(frame: &Frame<'_>, fault: Option<Fault<'_>>, is_first: bool) -> Markup {
    let words = frame.words();
    let field = Field {
        name: "newPassword",
        kind: Kind::NewPassword,
        label: words.new_password,
        value: "",
        hint: Some(words.new_password_hint),
        error: fault_of(frame, fault, &["newPassword"]),
        is_first,
        is_required: true,
    };
    field.render()
}

impl View for ResetByLink<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        frame.gate(&Gate {
            title: words.reset.title,
            is_faulty: self.fault.is_some(),
            lead: Some(html! { (words.reset.all_end) }),
            note: None,
            content: html! {
                form class="form" method="post" action="/reset-password" {
                    (frame.hidden())
                    input type="hidden" name="token" value=(self.token);
                    (password(frame, self.fault, true))
                    button { (words.reset.button) }
                }
            },
            more: None,
        })
    }
}

impl View for ResetByCode<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let reset = &words.reset;
        let email = Field {
            name: "email",
            kind: Kind::Username,
            label: words.email,
            value: self.email,
            hint: None,
            error: fault_of(frame, self.fault, &["email"]),
            is_first: false,
            is_required: true,
        };
        // An address that is none has got no mail.
        let is_sent = !self.email.is_empty() && self.fault.is_none_or(|fault| fault.field != "email");
        frame.gate(&Gate {
            title: if is_sent { reset.sent_title } else { reset.title },
            is_faulty: self.is_wrong || self.fault.is_some(),
            lead: is_sent.then(|| (reset.sent)(self.email)),
            note: None,
            content: html! {
                form class="form" method="post" action="/reset-password" {
                    (frame.hidden())
                    @if is_sent { (username("email", self.email)) } @else { (email.render()) }
                    (code(frame, Some(reset.code_hint), self.is_wrong, self.fault.is_none()))
                    (password(frame, self.fault, false))
                    button { (reset.button) }
                }
            },
            more: is_sent.then(|| again(frame, "/forgot-password", &[("email", self.email)])),
        })
    }
}

/// Asks for the same mail again.
pub fn again(frame: &Frame<'_>, action: &str, carried: &[(&str, &str)]) -> Markup {
    let reset = &frame.words().reset;
    html! {
        form method="post" action=(action) {
            (frame.hidden())
            @for (name, value) in carried { input type="hidden" name=(name) value=(value); }
            p { (reset.nothing_came) button class="link" { (reset.again) } "." }
        }
    }
}

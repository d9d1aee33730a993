//! `/register`

use super::{Fault, Refusal, fault_of};
use crate::{
    field::{Field, Kind},
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// Somebody makes an account.
#[derive(Default)]
pub struct Register<'a> {
    /// The name that was typed.
    pub name: &'a str,
    /// The address that was typed.
    pub email: &'a str,
    /// What is wrong with a field.
    pub fault: Option<Fault<'a>>,
    /// Whether the address has an account.
    pub is_taken: bool,
    /// Why nothing was done.
    pub refusal: Option<Refusal>,
    /// Whether a mail proves the address first.
    pub must_be_proven: bool,
}

impl View for Register<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let register = &words.register;
        let name_label = format!("{}{}", words.person, words.optional);
        let name = Field {
            name: "name",
            kind: Kind::Name,
            label: &name_label,
            value: self.name,
            hint: None,
            error: fault_of(frame, self.fault, &["name"]),
            is_first: self.name.is_empty() && self.fault.is_none(),
            is_required: false,
        };
        let taken = self.is_taken.then(|| (register.taken)(frame));
        let email = Field {
            name: "email",
            kind: Kind::Username,
            label: words.email,
            value: self.email,
            hint: self.must_be_proven.then_some(register.email_hint),
            error: taken.or_else(|| fault_of(frame, self.fault, &["email"])),
            is_first: false,
            is_required: true,
        };
        let password = Field {
            name: "password",
            kind: Kind::NewPassword,
            label: words.password,
            value: "",
            hint: Some(words.new_password_hint),
            error: fault_of(frame, self.fault, &["password"])
                .or_else(|| self.refusal.and_then(|refusal| refusal.of_password(frame))),
            is_first: false,
            is_required: true,
        };
        frame.gate(&Gate {
            title: register.title,
            is_faulty: self.fault.is_some() || self.is_taken || self.refusal.is_some(),
            lead: None,
            note: None,
            content: html! {
                form class="form" method="post" action="/register" {
                    (frame.hidden())
                    @if let Some(error) = self.refusal.and_then(|refusal| refusal.of_request(frame)) { (error) }
                    (name.render())
                    (email.render())
                    (password.render())
                    button { (register.button) }
                }
            },
            more: Some(html! { p { ((register.login)(frame)) } }),
        })
    }
}

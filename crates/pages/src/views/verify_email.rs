//! `/verify-email`

use super::{
    Fault, fault_of,
    fields::{address, code},
    reset_password::again,
};
use crate::{
    field::{Field, Kind},
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// A proof by what was mailed.
pub struct Verify<'a> {
    /// What was mailed.
    pub mailed: Mailed<'a>,
    /// Whether the browser is the one that registered: then nothing is typed.
    pub is_of_browser: bool,
    /// What is wrong with the password.
    pub fault: Option<Fault<'a>>,
    /// Whether the typed password differs from the one of the registration. A typing error must not become the password, so the person is asked
    /// first.
    pub is_other: bool,
}

/// What was mailed.
#[derive(Clone, Copy)]
pub enum Mailed<'a> {
    /// The token of the link.
    Token(&'a str),
    /// The address, and the code.
    Code(&'a str, &'a str),
}

/// The code of the mail that was just sent.
#[derive(Default)]
pub struct VerifyByCode<'a> {
    /// The address that it was mailed to.
    pub email: &'a str,
    /// Whether the code was not good.
    pub is_wrong: bool,
}

/// Somebody asks for another mail.
#[derive(Default)]
pub struct AskVerification<'a> {
    /// The address that was typed.
    pub email: &'a str,
    /// What is wrong with it.
    pub fault: Option<Fault<'a>>,
}

impl View for Verify<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let verify = &words.verify;
        let error = fault_of(frame, self.fault, &["password", "newPassword"]);
        let password = Field {
            name: "password",
            kind: Kind::CurrentPassword,
            label: words.password,
            value: "",
            hint: Some(verify.password_hint),
            error: error.or_else(|| self.is_other.then(|| html! { (verify.other) })),
            is_first: true,
            is_required: true,
        };
        frame.gate(&Gate {
            title: verify.title,
            is_faulty: self.fault.is_some() || self.is_other,
            lead: Some(html! { (if self.is_of_browser { verify.of_browser } else { verify.with_password }) }),
            note: None,
            content: html! {
                form class="form" method="post" action="/verify-email" {
                    (frame.hidden())
                    @match self.mailed {
                        Mailed::Token(token) => input type="hidden" name="token" value=(token);,
                        Mailed::Code(email, code) => {
                            input type="hidden" name="email" value=(email);
                            input type="hidden" name="code" value=(code);
                        }
                    }
                    @if !self.is_of_browser { (password.render()) }
                    button { (verify.button) }
                    @if self.is_other { button class="quiet" name="choose" value="new" { (verify.choose) } }
                }
            },
            more: None,
        })
    }
}

impl View for VerifyByCode<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        frame.gate(&Gate {
            title: words.verify.sent_title,
            is_faulty: self.is_wrong,
            lead: Some((words.verify.sent)(self.email)),
            note: None,
            content: html! {
                form class="form" method="post" action="/verify-email" {
                    (frame.hidden())
                    input type="hidden" name="email" value=(self.email);
                    (code(frame, Some(words.reset.code_hint), self.is_wrong, true))
                    button { (words.verify.button) }
                }
            },
            more: Some(again(frame, "/verify-email", &[("email", self.email)])),
        })
    }
}

impl View for AskVerification<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        frame.gate(&Gate {
            title: words.verify.title,
            is_faulty: self.fault.is_some(),
            lead: Some(html! { (words.verify.ask) }),
            note: None,
            content: html! {
                form class="form" method="post" action="/verify-email" {
                    (frame.hidden())
                    (address(frame, self.email, self.fault))
                    button { (words.forgot.button) }
                }
            },
            more: Some(html! { p { ((words.register.login)(frame)) } }),
        })
    }
}

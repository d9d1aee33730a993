//! `/magic-link`

use super::{
    Fault,
    fields::{address, code, remember},
    reset_password::again,
};
use crate::{
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// Somebody asks for a mail that signs in.
#[derive(Default)]
pub struct AskMagicLink<'a> {
    /// The address that was typed.
    pub email: &'a str,
    /// Whether the session is to last.
    pub remember: bool,
    /// What is wrong with the address.
    pub fault: Option<Fault<'a>>,
}

/// The code that this browser was mailed.
#[derive(Default)]
pub struct TypeMagicCode<'a> {
    /// The address that it was mailed to, if it has an account.
    pub email: &'a str,
    /// Whether the session is to last.
    pub remember: bool,
    /// Whether the code was not good.
    pub is_wrong: bool,
}

/// The button of the link.
pub struct PressMagicLink<'a> {
    /// Of the link.
    pub token: &'a str,
}

/// The link was opened in another browser than the one that asked.
pub struct MagicLinkElsewhere;

impl View for AskMagicLink<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let magic = &words.magic;
        frame.gate(&Gate {
            title: magic.title,
            is_faulty: self.fault.is_some(),
            lead: Some(html! { (magic.lead) }),
            note: None,
            content: html! {
                form class="form" method="post" action="/magic-link" {
                    (frame.hidden())
                    (address(frame, self.email, self.fault))
                    (remember(frame, self.remember))
                    button { (magic.button) }
                }
            },
            more: Some(html! { p { a href=(frame.to("/login")) { (magic.password) } } }),
        })
    }
}

impl View for TypeMagicCode<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let magic = &words.magic;
        let all = [("email", self.email), ("remember", "true")];
        let carried = if self.remember { &all[..] } else { &all[..1] };
        frame.gate(&Gate {
            title: words.reset.sent_title,
            is_faulty: self.is_wrong,
            lead: (!self.email.is_empty()).then(|| (magic.sent)(self.email)),
            note: None,
            content: html! {
                form class="form" method="post" action="/magic-link" {
                    (frame.hidden())
                    (code(frame, Some(magic.code_hint), self.is_wrong, true))
                    button { (words.login.button) }
                }
            },
            more: (!self.email.is_empty()).then(|| again(frame, "/magic-link", carried)),
        })
    }
}

impl View for PressMagicLink<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        frame.gate(&Gate {
            title: words.login.title,
            is_faulty: false,
            lead: Some(html! { (words.magic.press) }),
            note: None,
            content: html! {
                form class="form" method="post" action="/magic-link" {
                    (frame.hidden())
                    input type="hidden" name="token" value=(self.token);
                    button { (words.login.button) }
                }
            },
            more: None,
        })
    }
}

impl View for MagicLinkElsewhere {
    fn render(&self, frame: &Frame<'_>) -> String {
        let magic = &frame.words().magic;
        frame.gate(&Gate {
            title: magic.elsewhere_title,
            is_faulty: false,
            lead: Some(html! { (magic.elsewhere) }),
            note: None,
            content: html! { p class="form" { a class="button quiet" href=(frame.to("/login")) { (magic.here_instead) } } },
            more: None,
        })
    }
}

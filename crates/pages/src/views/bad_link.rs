//! A link that is not good any more, and how to get another.

use crate::{
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// A link that is not good any more.
#[derive(Clone, Copy)]
pub enum BadLink {
    /// To a new password.
    Reset,
    /// That proves an address.
    Verify,
    /// That signs in.
    Magic,
}

impl View for BadLink {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let (why, way, leads) = match self {
            Self::Reset => (words.reset.bad, words.links.another, "/forgot-password"),
            Self::Verify => (words.verify.bad, words.links.another, "/verify-email"),
            Self::Magic => (words.magic.bad, words.links.another, "/magic-link"),
        };
        frame.gate(&Gate {
            title: words.links.bad_title,
            is_faulty: true,
            lead: Some(html! { (why) }),
            note: None,
            content: html! { p class="form" { a class="button" href=(leads) { (way) } } },
            more: Some(html! { p { ((words.register.login)(frame)) } }),
        })
    }
}

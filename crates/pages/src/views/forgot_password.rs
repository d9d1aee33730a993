//! `/forgot-password`

use super::{Fault, fields::address};
use crate::{
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// Somebody asks for a new password.
#[derive(Default)]
pub struct ForgotPassword<'a> {
    /// The address that was typed.
    pub email: &'a str,
    /// What is wrong with it.
    pub fault: Option<Fault<'a>>,
}

impl View for ForgotPassword<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        frame.gate(&Gate {
            title: words.forgot.title,
            is_faulty: self.fault.is_some(),
            lead: Some(html! { (words.forgot.lead) }),
            note: None,
            content: html! {
                form class="form" method="post" action="/forgot-password" {
                    (frame.hidden())
                    (address(frame, self.email, self.fault))
                    button { (words.forgot.button) }
                }
            },
            more: Some(html! { p { ((words.forgot.login)(frame)) } }),
        })
    }
}

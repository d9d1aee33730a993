//! Where no page is, or none can be shown.

use crate::{
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// An error, by its status.
pub struct Trouble<'a> {
    /// Of the answer.
    pub status: u16,
    /// The id of the request, by which operators find it; may be empty.
    pub request: &'a str,
}

impl View for Trouble<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let trouble = &frame.words().trouble;
        let (leads, way) = match self.status {
            401 => ("/login", frame.words().login.button),
            _ => ("/", trouble.home),
        };
        frame.gate(&Gate {
            title: (trouble.title)(self.status),
            is_faulty: true,
            lead: Some(html! { ((trouble.says)(self.status)) }),
            note: None,
            content: html! { p class="form" { a class="button" href=(leads) { (way) } } },
            more: Some(html! { p class="soft" { ((trouble.reference)(self.status, self.request)) } }),
        })
    }
}

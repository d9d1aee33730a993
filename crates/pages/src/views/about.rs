//! `/`, where the pages are turned off.

use crate::{
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// What this is.
pub struct About;

impl View for About {
    fn render(&self, frame: &Frame<'_>) -> String {
        let about = &frame.words().about;
        frame.gate(&Gate {
            title: about.title,
            is_faulty: false,
            lead: Some(html! { ((about.says)(frame.theme.product())) }),
            note: None,
            content: html! {},
            more: None,
        })
    }
}

//! `/logout`

use crate::{
    field::breaking,
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// Somebody signs out.
pub struct Logout<'a> {
    /// Who is signed in.
    pub email: &'a str,
}

impl View for Logout<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let logout = &frame.words().logout;
        frame.gate(&Gate {
            title: logout.title,
            is_faulty: false,
            lead: Some(html! { (logout.lead) }),
            note: None,
            content: html! {
                form class="form" method="post" action="/logout" {
                    (frame.hidden())
                    p { (frame.words().step_up.signed_in_as) " " b { (breaking(self.email)) } }
                    button { (logout.button) }
                }
            },
            more: Some(html! { p { a href="/account" { (logout.back) } } }),
        })
    }
}

//! `/account/delete`

use super::fields::sure;
use crate::{
    field::breaking,
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// Somebody deletes their account.
pub struct DeleteAccount<'a> {
    /// Whose it is.
    pub email: &'a str,
    /// Whether the box was not ticked.
    pub is_unticked: bool,
}

impl View for DeleteAccount<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let delete = &frame.words().delete;
        frame.gate(&Gate {
            title: delete.title,
            is_faulty: self.is_unticked,
            lead: Some(html! { (delete.lead) }),
            note: None,
            content: html! {
                form class="form" method="post" action="/account/delete" {
                    (frame.hidden())
                    p { (frame.words().step_up.signed_in_as) " " b { (breaking(self.email)) } }
                    (sure(frame, delete.sure, self.is_unticked))
                    button class="danger" { (delete.button) }
                }
            },
            more: Some(html! { p { a href="/account/security" { (delete.back) } } }),
        })
    }
}

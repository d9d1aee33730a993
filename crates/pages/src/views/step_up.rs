//! `/step-up`

use super::Refusal;
use crate::{
    field::{Field, Kind, breaking, username},
    frame::{Frame, View},
    layout::Gate,
};
use maud::html;

/// Somebody who is signed in proves again who they are.
pub struct StepUp<'a> {
    /// Who is signed in.
    pub email: &'a str,
    /// Whether something was typed that is there again afterwards.
    pub has_typed: bool,
    /// Whether the account has a password to prove it by.
    pub has_password: bool,
    /// Whether there is mail.
    pub has_mail: bool,
    /// How long the proof is good, in minutes.
    pub minutes: i64,
    /// Why it was not proven. A mismatch: the password is wrong.
    pub refusal: Option<Refusal>,
}

impl View for StepUp<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let step_up = &words.step_up;
        let hint = (step_up.hint)(self.minutes);
        let error = self.refusal.and_then(|refusal| match refusal {
            Refusal::Mismatch => Some(html! { (step_up.wrong) }),
            refusal => refusal.of_password(frame),
        });
        let password = Field {
            name: "password",
            kind: Kind::CurrentPassword,
            label: words.password,
            value: "",
            hint: Some(&hint),
            error,
            is_first: true,
            is_required: true,
        };
        frame.gate(&Gate {
            title: step_up.title,
            is_faulty: self.refusal.is_some(),
            lead: Some(html! {
                (if self.has_password { step_up.lead } else { step_up.no_password })
                @if self.has_typed && self.has_password { " " (step_up.kept) }
            }),
            note: None,
            content: html! {
                @if self.has_password {
                    form class="form" method="post" action="/step-up" {
                        (frame.hidden())
                        @if let Some(error) = self.refusal.and_then(|refusal| refusal.of_request(frame)) { (error) }
                        p { (step_up.signed_in_as) " " b { (breaking(self.email)) } }
                        (username("username", self.email))
                        (password.render())
                        button { (step_up.button) }
                    }
                } @else {
                    p class="form" { a class="button" href=(frame.to("/forgot-password")) { (step_up.choose) } }
                }
            },
            more: Some(html! {
                @if self.has_mail && self.has_password {
                    p { a href=(frame.to("/forgot-password")) { (words.login.forgot) } }
                }
                p { a href=(frame.return_to.unwrap_or("/account")) { (step_up.back) } }
            }),
        })
    }
}

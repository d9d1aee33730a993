//! `/login`

use super::fields::remember;
use crate::{
    field::{Field, Kind, wrong},
    frame::{Frame, View},
    layout::Gate,
};
use maud::{Markup, html};

/// Somebody signs in.
#[derive(Default)]
pub struct Login<'a> {
    /// The address that was typed.
    pub email: &'a str,
    /// Whether the session is to last.
    pub remember: bool,
    /// Why nobody was signed in.
    pub refusal: Option<Refusal>,
    /// What was done before.
    pub said: Option<Said>,
    /// The host that the person gets to afterwards, if it is another.
    pub then: Option<&'a str>,
    /// Whether there is mail.
    pub has_mail: bool,
}

/// Why nobody was signed in.
#[derive(Clone, Copy)]
pub enum Refusal {
    /// Address and password don't belong together.
    Mismatch,
    /// The account is banned.
    Banned,
    /// The address is not proven.
    Unverified,
    /// There were too many attempts on the account; for how many seconds more.
    Locked(u64),
    /// There were too many from the network.
    TooMany(u64),
    /// The service is busy.
    Busy,
}

/// What was done before.
#[derive(Clone, Copy)]
pub enum Said {
    /// They have signed out.
    SignedOut,
    /// Their session has ended.
    SessionOver,
    /// The password was reset.
    PasswordSet,
    /// The address was proven.
    Verified,
    /// The account was deleted.
    Deleted,
}

impl Refusal {
    /// In the reader's words.
    fn words(self, frame: &Frame<'_>) -> Markup {
        let words = frame.words();
        match self {
            Self::Mismatch => (words.login.mismatch)(frame),
            Self::Banned => (words.login.banned)(frame),
            Self::Unverified => (words.login.unverified)(frame),
            Self::Locked(seconds) => (words.locked)(frame, seconds),
            Self::TooMany(seconds) => html! { ((words.too_many)(seconds)) },
            Self::Busy => html! { (words.busy) },
        }
    }

    /// What has nothing to do with what was typed stands above the form.
    pub(crate) fn of_request(self, frame: &Frame<'_>) -> Option<Markup> {
        matches!(self, Self::Banned | Self::TooMany(_) | Self::Busy).then(|| wrong(&self.words(frame), None))
    }

    /// What has to do with the password stands beside it.
    pub(crate) fn of_password(self, frame: &Frame<'_>) -> Option<Markup> {
        matches!(self, Self::Mismatch | Self::Locked(_)).then(|| self.words(frame))
    }

    fn of_address(self, frame: &Frame<'_>) -> Option<Markup> {
        matches!(self, Self::Unverified).then(|| self.words(frame))
    }
}

impl View for Login<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let login = &words.login;
        let is_faulty = self.refusal.is_some();
        let email = Field {
            name: "email",
            kind: Kind::UsernameOrPasskey,
            label: words.email,
            value: self.email,
            hint: None,
            error: self.refusal.and_then(|refusal| refusal.of_address(frame)),
            is_first: self.email.is_empty(),
            is_required: true,
        };
        let password = Field {
            name: "password",
            kind: Kind::CurrentPassword,
            label: words.password,
            value: "",
            hint: None,
            error: self.refusal.and_then(|refusal| refusal.of_password(frame)),
            is_first: false,
            is_required: true,
        };
        let note = self.said.map(|said| match said {
            Said::SignedOut => login.signed_out,
            Said::SessionOver => login.session_over,
            Said::PasswordSet => login.password_set,
            Said::Verified => login.verified,
            Said::Deleted => login.deleted,
        });
        frame.gate(&Gate {
            title: login.title,
            is_faulty,
            lead: self.then.map(|place| (login.then)(place)),
            note,
            content: html! {
                form class="form" method="post" action="/login" {
                    (frame.hidden())
                    @if let Some(error) = self.refusal.and_then(|refusal| refusal.of_request(frame)) { (error) }
                    (email.render())
                    (password.render())
                    (remember(frame, self.remember))
                    button { (login.button) }
                }
            },
            more: Some(html! {
                @if self.has_mail {
                    p { a href=(frame.to("/forgot-password")) { (login.forgot) } }
                    p { a href=(frame.to("/magic-link")) { (login.by_mail) } }
                } @else {
                    p { ((login.forgot_without_mail)(frame)) }
                }
                p { ((login.register)(frame)) }
            }),
        })
    }
}

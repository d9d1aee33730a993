//! The pages of links that do one thing, when a button is pressed.

use super::fields::sure;
use crate::{
    frame::{Frame, View},
    layout::Gate,
    words::Pressed as Words,
};
use maud::html;

/// What the link does.
#[derive(Clone, Copy)]
pub enum Link {
    /// Says that it wasn't them.
    NotMe,
    /// Allows another address, at the old one.
    AllowEmail,
    /// Confirms another address.
    ConfirmEmail,
    /// Takes a change of address back.
    UndoEmail,
}

/// The button. Pressing it where a box is to be ticked first shows it again.
pub struct Button<'a> {
    /// What it does.
    pub link: Link,
    /// Where the form goes.
    pub action: &'a str,
    /// Of the link.
    pub token: &'a str,
    /// Whether the box was not ticked.
    pub is_unticked: bool,
}

/// What pressing it has led to.
#[derive(Clone, Copy)]
pub enum Pressed {
    /// It is done.
    Done(Link),
    /// The link is not good.
    Bad(Link),
    /// Another account has the address.
    Taken,
}

/// The link does something for the account that is signed in, and here is none.
pub struct Elsewhere;

impl Link {
    /// Whether something must be ticked before the button is pressed.
    #[must_use]
    pub const fn must_be_ticked(self) -> bool {
        matches!(self, Self::NotMe | Self::UndoEmail)
    }

    /// Where one gets to who wants something else.
    const fn instead(self) -> &'static str {
        match self {
            Self::AllowEmail => "/account/security",
            Self::NotMe | Self::ConfirmEmail | Self::UndoEmail => "/",
        }
    }

    fn words(self, frame: &Frame<'_>) -> &'static Words {
        let links = &frame.words().links;
        match self {
            Self::NotMe => &links.not_me,
            Self::AllowEmail => &links.allow_email,
            Self::ConfirmEmail => &links.confirm_email,
            Self::UndoEmail => &links.undo_email,
        }
    }
}

impl View for Button<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = self.link.words(frame);
        frame.gate(&Gate {
            title: words.title,
            is_faulty: self.is_unticked,
            lead: Some(html! { (words.asks) }),
            note: None,
            content: html! {
                form class="form" method="post" action=(self.action) {
                    (frame.hidden())
                    input type="hidden" name="token" value=(self.token);
                    @if self.link.must_be_ticked() {
                        (sure(frame, words.tick, self.is_unticked))
                    }
                    button { (words.button) }
                }
            },
            more: Some(html! { p { a href=(self.link.instead()) { (words.instead) } } }),
        })
    }
}

impl View for Pressed {
    fn render(&self, frame: &Frame<'_>) -> String {
        let links = &frame.words().links;
        let (title, says, is_faulty) = match self {
            Self::Done(link) => (link.words(frame).done_title, link.words(frame).done, false),
            Self::Bad(link) => (links.bad_title, link.words(frame).bad, true),
            Self::Taken => (links.not_possible, links.taken, true),
        };
        let (class, leads, way) = match self {
            Self::Taken => ("button", "/account/security", links.another_email),
            Self::Bad(Link::AllowEmail | Link::ConfirmEmail) => {
                ("button", "/account/security", links.to_security)
            }
            // Who is done looks into their mails: the way on is not what comes next.
            Self::Done(Link::NotMe | Link::UndoEmail) => ("button quiet", "/forgot-password", links.no_mail),
            Self::Done(_) | Self::Bad(_) => ("button quiet", "/", frame.words().trouble.home),
        };
        frame.gate(&Gate {
            title,
            is_faulty,
            lead: Some(html! { (says) }),
            note: None,
            content: html! { p class="form" { a class=(class) href=(leads) { (way) } } },
            more: None,
        })
    }
}

impl View for Elsewhere {
    fn render(&self, frame: &Frame<'_>) -> String {
        let links = &frame.words().links;
        frame.gate(&Gate {
            title: links.elsewhere_title,
            is_faulty: true,
            lead: Some(html! { (links.elsewhere) }),
            note: None,
            content: html! {
                p class="form" { a class="button" href=(frame.to_and_back("/login")) { (frame.words().login.button) } }
            },
            more: None,
        })
    }
}

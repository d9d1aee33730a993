//! Where and for whom a page is rendered, and where its links and forms lead.

use mana_auth_face::{Language, Theme};
use maud::{Markup, html};

/// Where and for whom a page is rendered.
pub struct Frame<'a> {
    /// How the product looks.
    pub theme: &'a Theme,
    /// The reader's language.
    pub language: Language,
    /// The path of the stylesheet.
    pub stylesheet: &'a str,
    /// The path and query that show the page again, for the link to the other language.
    pub here: &'a str,
    /// Where the person gets to in the end, if that was said: an address that was found to be trusted.
    pub return_to: Option<&'a str>,
    /// What a form of somebody who is signed in proves by that it is ours.
    pub form_token: Option<&'a str>,
}

/// What a page shows.
pub trait View {
    /// The whole document.
    fn render(&self, frame: &Frame<'_>) -> String;
}

impl Frame<'_> {
    /// The path of another page, from which one gets to the same place.
    pub(crate) fn to(&self, path: &str) -> String {
        match self.return_to {
            Some(place) => format!("{path}?return_to={}", encoded(place)),
            None => path.to_owned(),
        }
    }

    /// The path of another page, from which one gets back to this one.
    pub(crate) fn to_and_back(&self, path: &str) -> String {
        format!("{path}?return_to={}", encoded(self.here))
    }

    /// What every form carries along.
    pub(crate) fn hidden(&self) -> Markup {
        html! {
            @if let Some(place) = self.return_to { input type="hidden" name="return_to" value=(place); }
            @if let Some(token) = self.form_token { input type="hidden" name="form_token" value=(token); }
        }
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

//! `/account`

use super::{Fault, fault_of};
use crate::{
    field::{Field, Kind},
    frame::{Frame, View},
    languages::words,
    layout::{Account, Tab},
};
use mana_auth_face::Language;
use maud::html;

/// What somebody shows of themselves.
pub struct Profile<'a> {
    /// Their address.
    pub email: &'a str,
    /// Their name, as it is or was typed.
    pub name: &'a str,
    /// The language of mails, where they have said.
    pub language: Option<Language>,
    /// What is wrong with the name.
    pub fault: Option<Fault<'a>>,
    /// Whether it was saved just now.
    pub is_saved: bool,
}

impl View for Profile<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let text = frame.words();
        let profile = &text.profile;
        let name = Field {
            name: "name",
            kind: Kind::Name,
            label: text.person,
            value: self.name,
            hint: Some(profile.person_hint),
            error: fault_of(frame, self.fault, &["name"]),
            is_first: false,
            is_required: false,
        };
        frame.account(&Account {
            tab: Tab::Profile,
            email: self.email,
            title: text.account.profile,
            is_faulty: self.fault.is_some(),
            lead: Some(profile.lead),
            note: self.is_saved.then(|| html! { (text.account.saved) }),
            content: html! {
                section class="card" {
                    form class="fields" method="post" action="/account" {
                        (frame.hidden())
                        (name.render())
                        div {
                            label for="language" { (profile.language) }
                            select id="language" name="language" aria-describedby="language-hint" {
                                @if self.language.is_none() { option value="" selected { (profile.as_browser) } }
                                @for language in Language::ALL {
                                    option value=(language.tag()) lang=(language.tag()) selected[self.language == Some(language)] { (words(language).name) }
                                }
                            }
                            p class="hint" id="language-hint" { (profile.language_hint) }
                        }
                        div class="actions" { button { (profile.save) } }
                    }
                }
            },
        })
    }
}

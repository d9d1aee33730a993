//! What stands around the content of every page.

use crate::{field::breaking, frame::Frame, icon::Icon, languages::words};
use mana_auth_face::{Colour, Language};
use maud::{DOCTYPE, Markup, html};

/// A page of somebody's account.
pub struct Account<'a> {
    pub tab: Tab,
    pub email: &'a str,
    pub title: &'a str,
    pub is_faulty: bool,
    pub lead: Option<&'a str>,
    /// What was just done.
    pub note: Option<Markup>,
    pub content: Markup,
}

/// The pages of an account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Profile,
    Security,
    Sessions,
    Activity,
}

/// A page with one task.
pub struct Gate<'a> {
    pub title: &'a str,
    pub is_faulty: bool,
    pub lead: Option<Markup>,
    /// What was just done, elsewhere.
    pub note: Option<&'a str>,
    pub content: Markup,
    /// Other ways.
    pub more: Option<Markup>,
}

impl Frame<'_> {
    pub(crate) fn gate(&self, gate: &Gate<'_>) -> String {
        let Gate { title, is_faulty, lead, note, content, more } = gate;
        let body = html! {
            body class="gate" {
                header { (self.brand()) }
                main class="sheet" {
                    div {
                        h1 { (title) }
                        @if let Some(lead) = lead { p class="lead" { (lead) } }
                        @if let Some(note) = note { (done(&html! { (note) })) }
                        (content)
                    }
                    @if let Some(more) = more { div class="more" { (more) } }
                }
                (self.footer())
            }
        };
        self.document(title, *is_faulty, &body)
    }

    pub(crate) fn account(&self, account: &Account<'_>) -> String {
        let Account { tab, email, title, is_faulty, lead, note, content } = account;
        let words = self.words();
        let tabs = [
            (Tab::Profile, "/account", words.account.profile),
            (Tab::Security, "/account/security", words.account.security),
            (Tab::Sessions, "/account/sessions", words.account.sessions),
            (Tab::Activity, "/account/activity", words.account.activity),
        ];
        let body = html! {
            body class="account" {
                header {
                    (self.brand_of(email))
                    form method="post" action="/logout" {
                        (self.hidden())
                        button class="quiet small" { (words.logout.button) }
                    }
                }
                nav class="tabs" aria-label=(words.account.name) {
                    ul {
                        @for (of, path, name) in tabs {
                            li { a href=(path) aria-current=[(of == *tab).then_some("page")] { (name) } }
                        }
                    }
                }
                main {
                    h1 { (title) }
                    @if let Some(lead) = lead { p class="lead" { (lead) } }
                    @if let Some(note) = note { (done(note)) }
                    (content)
                }
                (self.footer())
            }
        };
        self.document(title, *is_faulty, &body)
    }

    fn document(&self, title: &str, is_faulty: bool, body: &Markup) -> String {
        let before = if is_faulty { self.words().error } else { "" };
        let document = html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (before) (title) " · " (self.theme.product()) }
                    link rel="stylesheet" href=(self.stylesheet);
                    link rel="icon" href=(icon(self.theme.palette().light.fill));
                }
                (body)
            }
        };
        document.into_string()
    }

    fn brand(&self) -> Markup {
        html! {
            a class="brand" href="/" {
                @match self.theme.logo() {
                    Some(logo) => img src=(logo) alt=(self.theme.product());,
                    None => (self.theme.product()),
                }
            }
        }
    }

    fn brand_of(&self, email: &str) -> Markup {
        html! {
            a class="brand" href="/account" {
                @if let Some(logo) = self.theme.logo() { img src=(logo) alt=""; }
                span { (self.theme.product()) span class="soft" { (breaking(email)) } }
            }
        }
    }

    fn footer(&self) -> Markup {
        let others = Language::ALL.into_iter().filter(|language| *language != self.language);
        // Of the query alone: a path that begins with two slashes would lead elsewhere.
        let query = self.here.split_once('?').map_or("?".into(), |(_, query)| format!("?{query}&"));
        html! {
            footer {
                ul {
                    @for other in others {
                        li { a href={ (query) "lang=" (other.tag()) } lang=(other.tag()) hreflang=(other.tag()) { (words(other).name) } }
                    }
                    @if let Some(imprint) = self.theme.imprint() { li { a href=(imprint) { (self.words().imprint) } } }
                    @if let Some(privacy) = self.theme.privacy() { li { a href=(privacy) { (self.words().privacy) } } }
                }
            }
        }
    }
}

/// A disc of the accent: without an icon, browsers ask for one that is not there.
fn icon(accent: Colour) -> String {
    let digits = accent.to_string().replace('#', "%23");
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%3E%3Ccircle cx='4.5' cy='4.5' r='4' fill='{digits}'/%3E%3C/svg%3E"
    )
}

/// What was just done.
fn done(note: &Markup) -> Markup {
    html! { p class="note" role="status" { (Icon::Done.svg()) span { (note) } } }
}

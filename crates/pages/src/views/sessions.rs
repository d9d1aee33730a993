//! `/account/sessions`

use crate::{
    frame::{Frame, View},
    icon::Icon,
    layout::{Account, Tab},
    moment::Moment,
};
use maud::{Markup, html};

/// Where somebody is signed in.
pub struct Sessions<'a> {
    /// Their address.
    pub email: &'a str,
    /// When the page is shown.
    pub now: Moment,
    /// The session that asks.
    pub here: Session<'a>,
    /// The others, the newest first.
    pub others: Vec<Session<'a>>,
    /// What was ended just now.
    pub ended: Option<Ended<'a>>,
}

/// A session.
pub struct Session<'a> {
    /// By which it is ended.
    pub id: String,
    /// What its owner or its user agent calls the device.
    pub device: Option<&'a str>,
    /// As the client sent it: for a picture.
    pub user_agent: &'a str,
    /// The address of the client.
    pub address: Option<&'a str>,
    /// When it was last seen.
    pub active_at: Moment,
    /// When it was opened.
    pub created_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
    /// Whether it was to last.
    pub is_remembered: bool,
    /// The origin that it was exchanged for.
    pub origin: Option<&'a str>,
    /// What was exchanged from it.
    pub children: Vec<Session<'a>>,
}

/// What was ended.
#[derive(Clone, Copy)]
pub enum Ended<'a> {
    /// One session, by the name of its device.
    One(&'a str),
    /// All others.
    Others,
}

impl Session<'_> {
    /// The device, else the program.
    fn name(&self, frame: &Frame<'_>) -> String {
        let words = &frame.words().sessions;
        let program = || self.user_agent.split(' ').next().filter(|program| !program.is_empty());
        match self.device {
            Some(device) => (words.device)(device),
            None => program().unwrap_or(words.unknown_device).to_owned(),
        }
    }

    fn icon(&self) -> Icon {
        let has = |word: &str| self.user_agent.contains(word);
        if self.origin.is_some() {
            Icon::Branch
        } else if has("Mobile") || has("Android") || has("iPhone") {
            Icon::Phone
        } else if has("Mozilla/") {
            Icon::Laptop
        } else {
            Icon::Terminal
        }
    }

    fn end(&self, frame: &Frame<'_>, name: &str) -> Markup {
        html! {
            form method="post" action="/account/sessions" {
                (frame.hidden())
                button class="quiet small" name="end" value=(self.id) { (frame.words().sessions.end) span class="vh" { ": " (name) } }
            }
        }
    }

    fn render(&self, frame: &Frame<'_>, now: Moment, is_here: bool) -> Markup {
        let words = &frame.words().sessions;
        let name = self.name(frame);
        let until = self.expires_at.day(frame, now);
        html! {
            li {
                div class="row" {
                    (self.icon().svg())
                    h3 { (name) @if is_here { " " span class="tag" { (words.you_are_here) } } }
                    p class="soft" {
                        @if is_here { ((words.active_now)(self.address)) }
                        @else { ((words.active)(&self.active_at.ago(frame, now), self.address)) }
                    }
                    p class="soft" {
                        @if self.is_remembered { ((words.remembered)(&until)) } @else { ((words.until)(&until)) }
                    }
                    @if !is_here { (self.end(frame, &name)) }
                }
                @if !self.children.is_empty() {
                    ul class="child" aria-label=((words.opened_from)(&name)) {
                        @for child in &self.children { (child.render_child(frame, now, &name)) }
                    }
                }
            }
        }
    }

    fn render_child(&self, frame: &Frame<'_>, now: Moment, parent: &str) -> Markup {
        let words = &frame.words().sessions;
        let origin = self.origin.unwrap_or_default();
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        html! {
            li {
                div class="row" {
                    (self.icon().svg())
                    h3 { (host) }
                    p class="soft" { ((words.opened)(&self.created_at.ago(frame, now))) }
                    p class="soft" { ((words.ends_with)(parent)) }
                    (self.end(frame, host))
                }
            }
        }
    }
}

impl View for Sessions<'_> {
    fn render(&self, frame: &Frame<'_>) -> String {
        let words = frame.words();
        let sessions = &words.sessions;
        let note = self.ended.map(|ended| match ended {
            Ended::One(name) => (sessions.ended)(frame, &(sessions.device)(name)),
            Ended::Others => html! { (sessions.all_ended) },
        });
        frame.account(&Account {
            tab: Tab::Sessions,
            email: self.email,
            title: words.account.sessions,
            is_faulty: false,
            lead: Some(sessions.lead),
            note,
            content: html! {
                section {
                    h2 { (sessions.here) }
                    ul class="list" { (self.here.render(frame, self.now, true)) }
                }
                section {
                    div class="bar" {
                        h2 { (sessions.elsewhere) }
                        @if !self.others.is_empty() {
                            form method="post" action="/account/sessions" {
                                (frame.hidden())
                                button class="quiet small danger" name="end" value="others" { ((sessions.end_all)(self.others.len())) }
                            }
                        }
                    }
                    @if self.others.is_empty() {
                        p class="list empty" { (sessions.nowhere_else) }
                    } @else {
                        ul class="list" { @for other in &self.others { (other.render(frame, self.now, false)) } }
                    }
                }
            },
        })
    }
}
